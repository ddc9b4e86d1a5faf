package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.ConfigurationException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import java.util.List;
import picocli.CommandLine.Option;

/** Options for the connection to the schema registry. */
final class RegistryOptions {

  @Option(
      names = "--registry-url",
      paramLabel = "URL",
      description = "Schema registry, for records in the Confluent format.")
  String url = "";

  @Option(
      names = "--registry-basic-auth-file",
      paramLabel = "FILE",
      description =
          "File with one line user:password for the registry (default: the environment variable RANKSTREAM_REGISTRY_BASIC_AUTH).")
  String basicAuthFile = "";

  /** The registry, as in the configuration of a job. */
  JobConfig.Registry config() {
    JobOptions.REGISTRY_URL
        .problem(url)
        .ifPresent(
            problem -> {
              throw new ConfigurationException(List.of(problem));
            });
    return new JobConfig.Registry(url, basicAuthFile);
  }
}

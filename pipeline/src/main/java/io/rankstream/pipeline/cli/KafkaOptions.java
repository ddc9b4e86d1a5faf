package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.KafkaKeys;
import io.rankstream.pipeline.config.Secrets;
import io.rankstream.pipeline.config.SettingsFile;
import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.pipeline.kafka.KafkaFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Option;

/** Options for the connection to Kafka. */
public final class KafkaOptions {

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Address of Kafka (default: localhost:9092).")
  String bootstrapServers;

  @Option(
      names = "--kafka-config",
      paramLabel = "FILE",
      description = "Properties file with Kafka client settings, such as TLS and SASL.")
  Path file;

  /** Whether the user gave any of these options. */
  public boolean isGiven() {
    return bootstrapServers != null || file != null;
  }

  /**
   * The settings for Kafka clients, after a check that Kafka answers.
   *
   * @throws IOException when Kafka does not answer or refuses the login; the message says what to
   *     do
   */
  public Properties connected() throws IOException, InterruptedException {
    Properties properties = properties();
    try (Admin admin = Admin.create(ClientSettings.admin(properties))) {
      admin.describeCluster().nodes().get();
    } catch (ExecutionException | KafkaException e) {
      throw new IOException(
          "Kafka at %s: %s"
              .formatted(properties.get("bootstrap.servers"), KafkaFailure.sentence(e)),
          e);
    }
    return properties;
  }

  /** The settings for Kafka clients. */
  public Properties properties() throws IOException {
    Properties properties = new Properties();
    if (file != null) {
      try {
        properties.putAll(SettingsFile.read(file));
      } catch (IOException e) {
        throw new UsageException(
            "Cannot read the Kafka settings in %s (%s): give a properties file of 'key = value' lines"
                .formatted(file, e.getMessage()),
            e);
      }
      check(properties);
    }
    if (bootstrapServers != null) {
      properties.put("bootstrap.servers", bootstrapServers);
    }
    properties.putIfAbsent("bootstrap.servers", "localhost:9092");
    Secrets.turnOnProviders(properties);
    return properties;
  }

  /** Tells all problems of the file at once; without this the first client would tell one. */
  private void check(Properties given) {
    Map<String, String> settings = new TreeMap<>();
    given.forEach((key, value) -> settings.put((String) key, (String) value));
    List<String> problems = KafkaKeys.problems(settings);
    if (!problems.isEmpty()) {
      throw new UsageException(
          "The Kafka settings in %s: %s".formatted(file, String.join("; ", problems)));
    }
  }
}

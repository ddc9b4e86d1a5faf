package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.ClusterProcesses;
import io.rankstream.lab.cluster.RunProcess;
import io.rankstream.pipeline.config.JobSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;

/** Starts a second job beside a job, with the same group and the same transactional ids. */
final class SecondJob {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** It looks at the job's transactions for so many intervals of its own. */
  private static final Duration INTERVAL = Duration.ofSeconds(14);

  private static final String REASON = "Another job writes";

  private final ClusterProcesses cluster;
  private final ChaosJob job;
  private int number;

  /**
   * @param job a job that writes all the time: between two transactions nothing tells of it
   */
  SecondJob(ClusterProcesses cluster, ChaosJob job) {
    this.cluster = cluster;
    this.job = job;
  }

  /**
   * Starts it, and waits until it has ended.
   *
   * @throws IOException when it does not end by itself, or not for the right reason
   */
  void requireRefusal() throws Exception {
    Path directory = cluster.directory().resolve("second-job-" + ++number);
    Path log = directory.resolveSibling(directory.getFileName() + ".log");
    try (RunProcess second = new RunProcess(log, settings(directory))) {
      OptionalInt exitCode = second.awaitEnd(PATIENCE);
      String end = exitCode.isEmpty() ? "it runs" : "exit code " + exitCode.getAsInt();
      if (exitCode.orElse(0) == 0 || !second.printed().contains(REASON)) {
        throw new IOException(
            "The second job should have ended since %s: %s, see %s".formatted(REASON, end, log));
      }
    }
  }

  private Configuration settings(Path directory) {
    Configuration settings = new Configuration(job.settings());
    settings.addAll(
        new JobSettings()
            .withKafka("bootstrap.servers", cluster.bootstrapServers()) // its own link is well
            .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, INTERVAL)
            .with(CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory.toUri().toString())
            .configuration());
    return settings;
  }
}

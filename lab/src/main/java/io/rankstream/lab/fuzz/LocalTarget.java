package io.rankstream.lab.fuzz;

import io.rankstream.lab.local.LocalRun;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.kafka.TopicNames;
import java.net.URI;
import java.time.Duration;
import java.util.Properties;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;

/** A broker and the job in this process, as a target to fuzz. A failure ends the job for good. */
public final class LocalTarget implements AutoCloseable {

  private final LocalRun local;

  private LocalTarget(LocalRun local) {
    this.local = local;
  }

  /** Starts both. */
  public static LocalTarget start() throws Exception {
    LocalRun local = LocalRun.start("fuzz");
    try {
      local.create(TopicNames.defaults());
      local.start(settings(local), "rankstream");
      return new LocalTarget(local);
    } catch (Exception e) {
      local.close();
      throw e;
    }
  }

  private static Configuration settings(LocalRun local) {
    return local
        .settings()
        .with(JobOptions.BATCH_MAX_WAIT, Duration.ofSeconds(1))
        .with(JobOptions.WINDOW_MAX_BYTES, MemorySize.ofMebiBytes(64))
        .with(RestartStrategyOptions.RESTART_STRATEGY, "none") // a restart would hide a failure
        .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1))
        .with(RestOptions.BIND_PORT, "0")
        .configuration();
  }

  /** Kafka client settings. */
  public Properties clients() {
    return local.clients();
  }

  /** Address of Flink's REST interface. */
  public URI flink() {
    return local.page();
  }

  @Override
  public void close() {
    local.close();
  }
}

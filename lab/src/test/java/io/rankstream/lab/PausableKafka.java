package io.rankstream.lab;

import io.rankstream.lab.local.FreePorts;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.ConsumerLag;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.CoreOptions;

/** A broker in a process of its own, which can be stopped as a machine that hangs is. */
final class PausableKafka implements AutoCloseable {

  private final Process process;
  private final String address;

  PausableKafka(Path directory) throws Exception {
    Files.createDirectories(directory);
    List<Integer> ports = FreePorts.distinct(2);
    address = "localhost:" + ports.get(0);
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Duser.language=en",
                "-cp",
                System.getProperty("java.class.path"),
                "io.rankstream.lab.cluster.BrokerProcess",
                directory.resolve("broker").toString(),
                ports.get(0).toString(),
                ports.get(1).toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("broker.log").toFile())
            .start();
  }

  /** Creates topics with one partition each, when the broker is up. */
  TopicNames topics(String prefix) throws Exception {
    TopicNames names = TopicNames.withPrefix(prefix + ".images", prefix);
    while (true) {
      try {
        Topics.create(clients(), names, 1);
        return names;
      } catch (ExecutionException e) { // it takes a request of 15 s
        if (!process.isAlive()) {
          throw e;
        }
      }
    }
  }

  /** Settings of a small job whose clients are as impatient as they may be. */
  JobSettings settings(TopicNames names, Path checkpoints) {
    return new JobSettings()
        .with(names.settings().configuration().toMap())
        .withKafka("bootstrap.servers", address)
        .withKafka("request.timeout.ms", "2000")
        .withKafka("default.api.timeout.ms", "2000")
        .withKafka("partition.discovery.interval.ms", "500")
        .with(JobOptions.INPUT_GROUP_ID, names.images())
        .with(JobOptions.BATCH_TRAIN_EVERY, 8)
        .with(JobOptions.MODEL_EMBEDDING_DIMENSION, 32)
        .with(CoreOptions.DEFAULT_PARALLELISM, 1)
        .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(300))
        .with(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofSeconds(2))
        .with(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 1000)
        .with(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
  }

  boolean isInputTaken(TopicNames names) throws Exception {
    try (ConsumerLag lag = new ConsumerLag(clients(), names.images(), names.images())) {
      return lag.isNone();
    }
  }

  Properties clients() {
    Properties clients = new Properties();
    clients.put("bootstrap.servers", address);
    return clients;
  }

  /** Stops the process where it is; connections stay open, and nothing answers. */
  void pause() throws IOException, InterruptedException {
    signal("STOP");
  }

  void resume() throws IOException, InterruptedException {
    signal("CONT");
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("The broker could not be sent " + name);
    }
  }
}

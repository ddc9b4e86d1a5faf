package io.rankstream.lab.local;

import io.rankstream.pipeline.RankstreamJob;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.flink.LocalCluster;
import io.rankstream.pipeline.kafka.ConsumerLag;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.tail.TopicTail;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.avro.message.MessageDecoder;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.FileUtils;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka and jobs inside this process, with all their data in a scratch folder that {@link #close}
 * deletes.
 */
public final class LocalRun implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LocalRun.class);
  private static final long POLL_MILLIS = 200;
  private static final long STOP_SECONDS = 30;

  private final Path folder;
  private final EmbeddedKafka kafka;
  private LocalCluster flink;
  private JobClient job;

  private LocalRun(Path folder, EmbeddedKafka kafka) {
    this.folder = folder;
    this.kafka = kafka;
  }

  /**
   * Starts a broker in a new scratch folder.
   *
   * @param name part of the folder's name
   */
  public static LocalRun start(String name) throws Exception {
    Path folder = Files.createTempDirectory("rankstream-" + name);
    try {
      return new LocalRun(folder, EmbeddedKafka.start(folder.resolve("kafka"), Map.of()));
    } catch (Exception e) {
      FileUtils.deleteDirectoryQuietly(folder.toFile());
      throw e;
    }
  }

  /** Address of the broker. */
  public String bootstrapServers() {
    return kafka.bootstrapServers();
  }

  /** Directory that the broker keeps its partitions in. */
  public Path brokerData() {
    return kafka.data();
  }

  /** Settings of a Kafka client of the broker. */
  public Properties clients() {
    return kafka.clients();
  }

  /** The scratch folder. */
  public Path folder() {
    return folder;
  }

  /** Creates the topics that do not exist yet, with one partition each. */
  public void create(TopicNames topics) throws ExecutionException, InterruptedException {
    Topics.create(clients(), topics, 1);
  }

  /** Settings of the only job on the broker, with the default topics. */
  public JobSettings settings() {
    return new JobSettings()
        .withKafka("bootstrap.servers", bootstrapServers())
        .with(
            CheckpointingOptions.CHECKPOINTS_DIRECTORY,
            folder.resolve("checkpoints").toUri().toString());
  }

  /**
   * Settings of one of several jobs on the broker.
   *
   * @param topics topics of the job
   * @param name consumer group of the job and prefix of its transactions
   */
  public JobSettings settings(TopicNames topics, String name) {
    return settings()
        .with(topics.settings().configuration().toMap())
        .with(JobOptions.INPUT_GROUP_ID, name)
        .with(JobOptions.OUTPUT_TRANSACTIONAL_ID_PREFIX, name);
  }

  /**
   * Starts a job that runs until {@link #close}; a run has one such job at most.
   *
   * @param settings settings of the job and of the engine
   * @param name name of the job
   * @throws java.net.BindException when every port of rest.bind-port is taken
   */
  public JobClient start(Configuration settings, String name) throws Exception {
    StreamExecutionEnvironment env = RankstreamJob.local(settings);
    flink = LocalCluster.startFor(env);
    job = flink.submit(env, name);
    return job;
  }

  /** Address of Flink's page of the job that was started. */
  public URI page() {
    return flink.page();
  }

  /**
   * Runs a job to the end of its bounded input.
   *
   * @param settings settings of the job and of the engine
   * @param name name of the job
   * @throws Exception when the job fails, with the cause of the failure
   */
  public void run(Configuration settings, String name) throws Exception {
    StreamExecutionEnvironment env = RankstreamJob.local(settings);
    try (LocalCluster cluster = LocalCluster.startFor(env)) {
      cluster.run(env, name);
    }
  }

  /** The committed records of a topic. */
  public List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    new TopicTail(clients()).read(topic, true, () -> false, records::add);
    return records;
  }

  /**
   * The values of the committed records of a topic; tombstones have none.
   *
   * @param decoder decoder of a value, such as {@code TrainingMetrics.getDecoder()}
   */
  public <T> List<T> read(String topic, MessageDecoder<T> decoder) {
    List<T> values = new ArrayList<>();
    read(topic, decoder, () -> false, values::add);
    return values;
  }

  /**
   * Reads a topic from its beginning to its end, and on as long as it is to be followed.
   *
   * @param decoder decoder of a value, such as {@code TrainingMetrics.getDecoder()}
   * @param follow whether to wait for more records at the end of the topic; asked again and again
   * @param reader called with each value; a tombstone has none
   */
  public <T> void read(
      String topic, MessageDecoder<T> decoder, BooleanSupplier follow, Consumer<T> reader) {
    new TopicTail(clients())
        .read(
            topic,
            true,
            follow,
            record -> {
              try {
                if (record.value() != null) {
                  reader.accept(decoder.decode(record.value()));
                }
                return true;
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }

  /**
   * Waits until the job has committed, with a checkpoint, that it has read all records of a topic.
   *
   * @param topic input of the job
   * @param group consumer group of the job
   */
  public void awaitInputTaken(String topic, String group)
      throws ExecutionException, InterruptedException {
    try (ConsumerLag lag = new ConsumerLag(clients(), topic, group)) {
      while (!lag.isNone()) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    }
  }

  /** Takes a checkpoint of the job that was started, and waits until it is complete. */
  public void checkpoint() throws ExecutionException, InterruptedException {
    flink.checkpoint(job.getJobID()).get();
  }

  /** Ends the job, stops the broker and deletes the folder. */
  @Override
  public void close() {
    try {
      endJob();
    } catch (Exception e) {
      LOG.warn("The job did not stop in order: {}", e.getMessage());
    }
    kafka.close();
    try {
      FileUtils.deleteDirectory(folder.toFile());
    } catch (IOException e) {
      LOG.warn("Cannot delete {} ({}): delete it by hand", folder, e.getMessage());
    }
  }

  private void endJob() throws Exception {
    if (flink == null) {
      return;
    }

    try (LocalCluster ending = flink) {
      if (job != null && !job.getJobStatus().get().isGloballyTerminalState()) {
        job.cancel().get(STOP_SECONDS, TimeUnit.SECONDS);
      }
    }
  }
}

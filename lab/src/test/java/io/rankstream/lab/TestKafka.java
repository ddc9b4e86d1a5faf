package io.rankstream.lab;

import io.rankstream.lab.audit.CommittedTransaction;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.ConsumerLag;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A broker with topics for each test, written and read from outside the job. */
final class TestKafka implements AutoCloseable {

  private final LocalRun local = LocalRun.start("test");

  TestKafka() throws Exception {}

  /** Creates topics with one partition each. */
  TopicNames topics(String prefix) throws Exception {
    TopicNames names = TopicNames.withPrefix(prefix + ".images", prefix);
    local.create(names);
    return names;
  }

  /** Settings of a small job on the topics; its consumer group is named like the input topic. */
  JobSettings settings(TopicNames names, Path checkpoints) {
    return local
        .settings(names, names.images())
        .with(JobOptions.BATCH_TRAIN_EVERY, 8)
        .with(JobOptions.BATCH_MAX_WAIT, Duration.ofHours(1))
        .with(JobOptions.MODEL_EMBEDDING_DIMENSION, 32)
        .with(JobOptions.PREQUENTIAL_FADING_FACTOR, 0.98)
        .with(CoreOptions.DEFAULT_PARALLELISM, 1)
        .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(300))
        .with(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
  }

  /** Runs a job to the end of its bounded input. */
  void run(JobSettings settings) throws Exception {
    local.run(settings.configuration(), "rankstream-test");
  }

  /** Starts a job that ends with the broker, or before. */
  JobClient start(JobSettings settings) throws Exception {
    return local.start(settings.configuration(), "rankstream-test");
  }

  void send(String topic, List<byte[]> values) throws Exception {
    RecordSender.send(clients(), topic, values);
  }

  /** Whether a job with {@link #settings} has committed that it has read all of its input. */
  boolean isInputTaken(TopicNames names) throws Exception {
    try (ConsumerLag lag = new ConsumerLag(clients(), names.images(), names.images())) {
      return lag.isNone();
    }
  }

  /**
   * Whether a trainer has taken a step with so many known classes. The input may be taken before.
   */
  boolean hasTrained(TopicNames names, int classes) {
    return metrics(names).stream().anyMatch(step -> step.getKnownClasses() == classes);
  }

  List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    return local.records(topic);
  }

  /** What is committed in a topic, transaction by transaction. */
  List<CommittedTransaction> transactions(String topic) throws IOException {
    return CommittedTransaction.read(local.brokerData(), topic);
  }

  List<ImageEmbedding> embeddings(TopicNames names) {
    return local.read(names.embeddings(), ImageEmbedding.getDecoder());
  }

  List<TrainingMetrics> metrics(TopicNames names) {
    return local.read(names.metrics(), TrainingMetrics.getDecoder());
  }

  List<ModelVersion> modelVersions(TopicNames names) {
    return local.read(names.modelVersions(), ModelVersion.getDecoder());
  }

  List<DeadLetter> deadLetters(TopicNames names) {
    return local.read(names.deadLetters(), DeadLetter.getDecoder());
  }

  Properties clients() {
    return local.clients();
  }

  @Override
  public void close() {
    local.close();
  }
}

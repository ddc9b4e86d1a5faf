package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.ClusterProcesses;
import io.rankstream.pipeline.config.Follow;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.replica.RoundDirectory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestartStrategyOptions;

/**
 * The job of a chaos run.
 *
 * @param group consumer group of its input
 * @param topics its topics
 * @param checkpoints where it keeps its checkpoints
 * @param settings all its settings
 */
record ChaosJob(String group, TopicNames topics, Path checkpoints, Configuration settings) {

  /** The streams that images are sent to. */
  static final List<String> STREAMS = List.of("stream-0", "stream-1");

  /** Labelled images for each training step. */
  static final int TRAIN_EVERY = 8;

  private static final int STEPS_PER_ROUND = 2; // so that rounds come often
  private static final double SWEPT_A_SECOND = 500; // so that kills meet epochs that are open
  private static final Duration NEVER = Duration.ofHours(1);

  /**
   * A job that takes images as they arrive, in a task on each task manager.
   *
   * @param epochs whether it embeds in epochs, which open again and again
   */
  static ChaosJob asImagesArrive(
      ClusterProcesses cluster, String name, Trainers trainers, boolean epochs) {
    JobSettings settings =
        settings(trainers)
            .with(JobOptions.BATCH_MAX_WAIT, Duration.ofSeconds(1))
            .with(JobOptions.TRAINING_ROUND_WAIT, Duration.ofSeconds(2));
    if (epochs) {
      settings
          .with(JobOptions.EMBEDDINGS_FOLLOW, Follow.EPOCHS)
          .with(JobOptions.EPOCHS_EVERY, Duration.ofSeconds(15))
          .with(JobOptions.EPOCHS_MAX_RATE, SWEPT_A_SECOND);
    }
    return of(cluster, name, name, settings);
  }

  /**
   * A job whose batches depend on the order of its input alone. Its input has no bound: a bounded
   * Kafka source that another job manager restores never learns that there are no more partitions,
   * and so never ends.
   *
   * @param images input topic
   */
  static ChaosJob inFixedOrder(
      ClusterProcesses cluster, String images, String name, Trainers trainers) {
    return of(cluster, images, name, fixedOrder(trainers));
  }

  /** Where the job keeps the weights that its replicas hand in. */
  Path rounds(JobID id) {
    return Path.of(URI.create(RoundDirectory.of(settings))).resolve(id.toString());
  }

  private static JobSettings fixedOrder(Trainers trainers) {
    return settings(trainers)
        // The clock must end neither a batch nor a round.
        .with(JobOptions.BATCH_MAX_WAIT, NEVER)
        .with(JobOptions.TRAINING_ROUND_WAIT, NEVER);
  }

  private static JobSettings settings(Trainers trainers) {
    return new JobSettings()
        .with(trainers.settings())
        .with(CoreOptions.DEFAULT_PARALLELISM, trainers.taskManagers())
        .with(JobOptions.TRAINING_REPLICAS, trainers.replicas())
        .with(JobOptions.TRAINING_STEPS_PER_ROUND, STEPS_PER_ROUND)
        // One model, at the end; of replicas each average, since only these have an end in sight.
        .with(JobOptions.VERSIONS_EVERY_STEPS, trainers.haveRounds() ? 1L : 0L);
  }

  private static ChaosJob of(
      ClusterProcesses cluster, String images, String name, JobSettings settings) {
    TopicNames topics = TopicNames.withPrefix(images, name);
    Path checkpoints = cluster.stores().resolve("checkpoints-" + name);
    settings
        .withKafka("bootstrap.servers", cluster.bootstrapServersOfJobs())
        .with(JobOptions.REGISTRY_URL, cluster.registryUrl())
        .with(topics.settings().configuration().toMap())
        .with(JobOptions.INPUT_GROUP_ID, name)
        .with(JobOptions.INPUT_STREAMS, STREAMS)
        .with(JobOptions.OUTPUT_TRANSACTIONAL_ID_PREFIX, name)
        .with(JobOptions.BATCH_TRAIN_EVERY, TRAIN_EVERY)
        .with(JobOptions.EMBED_EVERY_STEPS, 2) // each checkpoint adopts a version
        .with(JobOptions.MODEL_EMBEDDING_DIMENSION, 32)
        .with(JobOptions.VERSIONS_DIRECTORY, uri(cluster.stores().resolve("models-" + name)))
        .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1))
        .with(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofSeconds(30))
        .with(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 1000)
        .with(CheckpointingOptions.CHECKPOINTS_DIRECTORY, uri(checkpoints))
        .with(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay")
        .with(
            RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
            Duration.ofMillis(200))
        .with(
            RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
            Duration.ofSeconds(2));
    return new ChaosJob(name, topics, checkpoints, settings.configuration());
  }

  private static String uri(Path path) {
    return path.toUri().toString();
  }
}

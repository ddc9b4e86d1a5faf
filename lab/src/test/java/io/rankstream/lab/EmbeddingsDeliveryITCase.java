package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.Delivery;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.TrainingMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Embeddings at least once, and all other outputs exactly once. */
class EmbeddingsDeliveryITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir static Path directory;
  private static TestKafka kafka;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new TestKafka();
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void embeddingsAreVisibleBeforeACheckpointAndAFailureLosesNone() throws Exception {
    TopicNames names = kafka.topics("at-least-once");
    List<byte[]> values = Fixtures.longTail(10, 1500);
    kafka.send(names.images(), values);
    try (TestCluster cluster = new TestCluster(1, 1)) {
      cluster.submit(
          settings(names).with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofHours(1)));
      await().atMost(PATIENCE).until(() -> kafka.embeddings(names).size() >= 50);
      assertThat(kafka.metrics(names)).describedAs("no checkpoint has committed them").isEmpty();
      cluster.terminateTaskManager(0);
    }

    // There is no checkpoint: the job begins again.
    try (TestCluster cluster = new TestCluster(1, 1)) {
      cluster.submit(settings(names));
      await().atMost(PATIENCE).until(() -> kafka.metrics(names).size() >= 10);
      cluster.terminateTaskManager(0);
    }
    try (TestCluster cluster = new TestCluster(1, 1)) {
      JobClient job =
          cluster.submit(
              settings(names)
                  .with(
                      StateRecoveryOptions.SAVEPOINT_PATH,
                      TestCluster.newestCheckpoint(directory.resolve("checkpoints"))
                          .toUri()
                          .toString()));
      await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
      TestCluster.stop(job, directory.resolve("savepoints"), true);
    }

    List<ImageEmbedding> embeddings = kafka.embeddings(names);
    assertThat(embeddings.stream().map(ImageEmbedding::getImageId).distinct())
        .hasSize(values.size());
    assertThat(kafka.metrics(names).stream().map(TrainingMetrics::getStep))
        .containsExactlyElementsOf(
            LongStream.rangeClosed(1, kafka.metrics(names).size()).boxed().toList());
    // What a reader must expect: what the job had embedded before it began again comes twice.
    assertThat(embeddings).hasSizeGreaterThanOrEqualTo(values.size() + 50);
  }

  private static JobSettings settings(TopicNames names) {
    return kafka
        .settings(names, directory.resolve("checkpoints"))
        .with(JobOptions.OUTPUT_EMBEDDINGS_DELIVERY, Delivery.AT_LEAST_ONCE);
  }
}

package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.lab.audit.CommittedTransaction;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two embedders follow two models while task managers end: what one transaction commits for a
 * stream has one version, the versions of an image never go back, and each version is measured
 * against another once.
 */
class OneVersionITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final List<String> STREAMS = List.of("cats", "dogs");

  @TempDir private static Path checkpoints;
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
  void aTransactionHasOneVersionOfAStream() throws Exception {
    TopicNames names = kafka.topics("one-version");
    try (TestCluster cluster = new TestCluster(3, 2)) {
      JobClient job = cluster.submit(settings(names));
      int images = 0;
      int versions = 0;
      for (int round = 0;
          round < 4 || versions < 6 || kafka.modelVersions(names).isEmpty();
          round++) {
        kafka.send(names.images(), images(images));
        images += 120;
        await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
        if (round == 1 || round == 2) {
          cluster.terminateTaskManager(round - 1);
        }
        versions = versionsOf(kafka.embeddings(names)).size();
      }
      job.cancel().get();
    }

    int transactions = 0;
    for (CommittedTransaction transaction : kafka.transactions(names.embeddings())) {
      Map<String, Set<Long>> versions = new HashMap<>();
      for (byte[] value : transaction.values()) {
        ImageEmbedding embedding = ImageEmbedding.getDecoder().decode(value);
        versions
            .computeIfAbsent(embedding.getStream(), stream -> new HashSet<>())
            .add(embedding.getModelVersion());
      }
      assertThat(versions.values()).allMatch(ofStream -> ofStream.size() == 1);
      transactions++;
    }
    assertThat(transactions).isGreaterThan(6);
    assertNeverBack(kafka.embeddings(names));
    assertMeasuredOnce(kafka.modelVersions(names));
  }

  /** What a failure takes back is measured again, and what is committed is not. */
  private static void assertMeasuredOnce(List<ModelVersion> records) {
    assertThat(records).isNotEmpty().allMatch(each -> each.getDrift() != null);
    Map<String, Long> newest = new HashMap<>();
    for (ModelVersion each : records) {
      String pair = each.getStream() + each.getDrift().getAgainstVersion();
      Long before = newest.put(pair, each.getModelVersion());
      assertThat(each.getModelVersion())
          .as(pair)
          .isGreaterThan(
              Math.max(each.getDrift().getAgainstVersion(), before == null ? 0 : before));
    }
  }

  private static void assertNeverBack(List<ImageEmbedding> embeddings) {
    Map<String, Long> newest = new HashMap<>();
    for (ImageEmbedding each : embeddings) {
      Long before = newest.put(each.getStream() + each.getImageId(), each.getModelVersion());
      assertThat(each.getModelVersion()).isGreaterThanOrEqualTo(before == null ? 0 : before);
    }
  }

  private static Set<String> versionsOf(List<ImageEmbedding> embeddings) {
    Set<String> versions = new HashSet<>();
    embeddings.forEach(each -> versions.add(each.getStream() + each.getModelVersion()));
    return versions;
  }

  /** Images of three classes in each stream. */
  private static List<byte[]> images(int first) {
    List<byte[]> images = new ArrayList<>();
    for (int i = first; i < first + 120; i++) {
      int label = i % 3;
      images.add(
          Fixtures.envelope(
              "image-" + i, STREAMS.get(i % 2), "class-" + label, Fixtures.png(label, i)));
    }
    return images;
  }

  private static JobSettings settings(TopicNames names) {
    return kafka
        .settings(names, checkpoints)
        .with(JobOptions.INPUT_STREAMS, STREAMS)
        .with(JobOptions.EMBED_EVERY_STEPS, 2)
        .with(JobOptions.EMBEDDINGS_REFRESH, 8)
        .with(JobOptions.DRIFT_ANCHORS, 32)
        .with(JobOptions.DRIFT_EVERY_STEPS, 2L)
        .with(CoreOptions.DEFAULT_PARALLELISM, 2)
        .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200))
        .with(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
        .with(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100)
        .with(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
  }
}

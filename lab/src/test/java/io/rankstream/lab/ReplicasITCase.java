package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four replicas of a model come to the same weights, wherever they run and whatever fails. */
class ReplicasITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final List<byte[]> INPUT = Fixtures.longTail(10, 800);

  @TempDir private static Path directory;
  private static TestKafka kafka;
  private static String undisturbed;
  private static long steps;

  @BeforeAll
  static void trainUndisturbed() throws Exception {
    kafka = new TestKafka();
    TopicNames names = topics("calm");
    kafka.run(settings(names, 1).with(JobOptions.INPUT_BOUNDED, true));
    undisturbed = digestOfLastVersion(names);
    steps = assertAllDoneOnce(names);
    assertThat(steps).isGreaterThan(100);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void theWeightsDoNotDependOnTheParallelism() throws Exception {
    TopicNames names = topics("parallel");
    kafka.run(settings(names, 4).with(JobOptions.INPUT_BOUNDED, true));

    assertThat(digestOfLastVersion(names)).isEqualTo(undisturbed);
    assertThat(assertAllDoneOnce(names)).isEqualTo(steps);
  }

  /** Savepoints and failures come while some replicas wait for the others. */
  @Test
  void theWeightsDoNotDependOnSavepointsFailuresAndRescaling() throws Exception {
    TopicNames names = kafka.topics("rescaled");
    try (TestCluster cluster = new TestCluster(3, 2)) {
      kafka.send(names.images(), part(0, 3));
      JobClient job = cluster.submit(settings(names, 1));
      String savepoint = stopWhenTaken(job, names, false);

      kafka.send(names.images(), part(2, 6));
      job = cluster.submit(from(savepoint, settings(names, 2)));
      await().atMost(PATIENCE).until(() -> isTaken(names));
      cluster.terminateTaskManager(0);
      kafka.send(names.images(), part(3, 6));
      savepoint = stopWhenTaken(job, names, false);

      kafka.send(names.images(), part(2, 3));
      job = cluster.submit(from(savepoint, settings(names, 4)));
      savepoint = stopWhenTaken(job, names, true);

      // The savepoint of a drained job has replicas that wait for their last average.
      job = cluster.submit(from(savepoint, settings(names, 1)));
      await()
          .atMost(PATIENCE)
          .until(() -> kafka.modelVersions(names).stream().anyMatch(ReplicasITCase::isLast));
      job.cancel().get();
    }

    assertThat(digestOfLastVersion(names)).isEqualTo(undisturbed);
    assertThat(assertAllDoneOnce(names)).isEqualTo(steps);
  }

  /** From one to four, to two and back to one. */
  @Test
  void theNumberOfReplicasChangesAtASavepoint() throws Exception {
    TopicNames names = kafka.topics("grown");
    List<Integer> replicas = List.of(1, 4, 2, 1);
    List<Integer> versionsBefore = new ArrayList<>();
    try (TestCluster cluster = new TestCluster(1, 2)) {
      String savepoint = "";
      for (int phase = 0; phase < replicas.size(); phase++) {
        if (phase == 3) {
          assertThat(assertEachBatchOnce(names)).isGreaterThan(steps / 2);
        }
        versionsBefore.add(kafka.modelVersions(names).size());
        kafka.send(names.images(), part(phase, replicas.size()));
        JobSettings settings =
            settings(names, 2).with(JobOptions.TRAINING_REPLICAS, replicas.get(phase));
        savepoint = stopWhenTaken(cluster.submit(from(savepoint, settings)), names, phase == 3);
      }
    }

    List<ModelVersion> versions = kafka.modelVersions(names);
    versionsBefore.add(versions.size());
    assertThat(versionsBefore).as("each phase made versions").isSorted().doesNotHaveDuplicates();
    assertThat(versions).extracting(ModelVersion::getModelVersion).isSorted();
    TrainingMetrics last = kafka.metrics(names).get(kafka.metrics(names).size() - 1);
    assertThat(last.getLoss()).isLessThan(1);
    assertThat(last.getKnownClasses()).isEqualTo(10);
    assertThat(kafka.deadLetters(names)).isEmpty();
  }

  private static TopicNames topics(String prefix) throws Exception {
    TopicNames names = kafka.topics(prefix);
    kafka.send(names.images(), INPUT);
    return names;
  }

  private static List<byte[]> part(int part, int parts) {
    return INPUT.subList(INPUT.size() * part / parts, INPUT.size() * (part + 1) / parts);
  }

  private static JobSettings from(String savepoint, JobSettings settings) {
    return savepoint.isEmpty()
        ? settings
        : settings.with(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
  }

  private static String stopWhenTaken(JobClient job, TopicNames names, boolean drain)
      throws Exception {
    await().atMost(PATIENCE).until(() -> isTaken(names));
    return TestCluster.stop(job, directory.resolve("savepoints"), drain);
  }

  /**
   * An idle source commits its offsets to Kafka up to ten seconds late; embeddings come at once.
   */
  private static boolean isTaken(TopicNames names) {
    Set<String> embedded = new HashSet<>();
    kafka.embeddings(names).forEach(each -> embedded.add(each.getImageId()));
    return embedded.size() == kafka.records(names.images()).size();
  }

  private static boolean isLast(ModelVersion version) {
    return version.getModelVersion() == steps;
  }

  private static JobSettings settings(TopicNames names, int parallelism) {
    Path ofJob = directory.resolve(names.images());
    return kafka
        .settings(names, ofJob.resolve("checkpoints"))
        .with(JobOptions.TRAINING_REPLICAS, 4)
        .with(JobOptions.DRIFT_ANCHORS, 0) // records of other versions
        .with(JobOptions.TRAINING_STEPS_PER_ROUND, 3)
        .with(JobOptions.TRAINING_ROUND_WAIT, Duration.ofHours(1))
        .with(JobOptions.EMBED_EVERY_STEPS, 12)
        .with(JobOptions.VERSIONS_DIRECTORY, ofJob.resolve("versions").toUri().toString())
        .with(JobOptions.VERSIONS_EVERY_STEPS, 1L)
        .with(CoreOptions.DEFAULT_PARALLELISM, parallelism)
        .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(200))
        .with(CheckpointingOptions.ENABLE_UNALIGNED, parallelism != 4) // savepoints never are
        .with(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay")
        .with(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100)
        .with(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(100));
  }

  /** SHA-256 of the weights in the last published file, without its header. */
  private static String digestOfLastVersion(TopicNames names) throws Exception {
    List<ModelVersion> versions = kafka.modelVersions(names);
    ModelVersion last = versions.get(versions.size() - 1);
    byte[] file = Files.readAllBytes(Path.of(URI.create(last.getUri())));
    long header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    int from = Math.toIntExact(Long.BYTES + header);
    assertThat(last.getModelVersion())
        .as("the last version has every batch in it")
        .isEqualTo(
            kafka.metrics(names).stream().mapToLong(TrainingMetrics::getStep).max().orElse(0));
    return DigestUtils.sha256Hex(Arrays.copyOfRange(file, from, file.length));
  }

  /**
   * Fails unless every batch gave one step, and all images are embedded.
   *
   * @return number of the steps
   */
  private static long assertAllDoneOnce(TopicNames names) {
    Set<String> embedded =
        kafka.embeddings(names).stream()
            .map(ImageEmbedding::getImageId)
            .collect(Collectors.toSet());
    assertThat(embedded).hasSize(INPUT.size());
    assertThat(kafka.deadLetters(names)).isEmpty();
    return assertEachBatchOnce(names);
  }

  private static long assertEachBatchOnce(TopicNames names) {
    List<Long> numbers =
        kafka.metrics(names).stream().map(TrainingMetrics::getStep).sorted().toList();
    assertThat(numbers).isEqualTo(LongStream.rangeClosed(1, numbers.size()).boxed().toList());
    return numbers.size();
  }
}

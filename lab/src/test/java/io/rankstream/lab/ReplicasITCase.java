package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.lab.RoundFaults.Access;
import io.rankstream.lab.RoundFaults.Fault;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Four replicas of a model come to the same weights, wherever they run and whatever fails. */
class ReplicasITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final List<byte[]> INPUT = Fixtures.longTail(10, 800);

  private static final String STREAM = "default";

  @TempDir private static Path directory;
  private static TestKafka kafka;
  private static ReplicaRuns runs;
  private static String undisturbed;
  private static long steps;

  @BeforeAll
  static void trainUndisturbed() throws Exception {
    kafka = new TestKafka();
    runs = new ReplicaRuns(kafka, directory);
    TopicNames names = topics("calm");
    kafka.run(settings(names, 1).with(JobOptions.INPUT_BOUNDED, true));
    undisturbed = runs.digestOfLastVersion(names, STREAM);
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

    assertThat(runs.digestOfLastVersion(names, STREAM)).isEqualTo(undisturbed);
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

      takeLastAverage(cluster, names, savepoint);
    }

    assertThat(runs.digestOfLastVersion(names, STREAM)).isEqualTo(undisturbed);
    assertThat(assertAllDoneOnce(names)).isEqualTo(steps);
  }

  /**
   * Failures come before a replica has handed in, when all others have, when the first average is
   * read, and when the last one is read and others have been applied.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void theWeightsDoNotDependOnFailuresInRounds(int parallelism) throws Exception {
    TopicNames names = topics("failing-" + parallelism);
    int lastRead = parallelism * 4; // each subtask reads the weights of all replicas
    List<Fault> faults = new ArrayList<>();
    for (long round = 1; round <= 5; round++) {
      boolean isOdd = round % 2 == 1;
      faults.add(new Fault(round, Access.WRITE, isOdd ? 1 : 4));
      faults.add(new Fault(round, Access.READ, isOdd ? 1 : lastRead));
    }
    RoundFaults.plan(faults);

    kafka.run(
        settings(names, parallelism)
            .with(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                RoundFaults.uri(directory.resolve("failing-" + parallelism)))
            .with(JobOptions.INPUT_BOUNDED, true));

    assertThat(RoundFaults.left()).as("faults that did not happen").isEmpty();
    assertThat(runs.digestOfLastVersion(names, STREAM)).isEqualTo(undisturbed);
    assertThat(assertAllDoneOnce(names)).isEqualTo(steps);
  }

  /** The coordinator of the rounds starts anew with the master, while some replicas wait. */
  @Test
  void theWeightsDoNotDependOnAJobMasterThatIsReplaced() throws Exception {
    TopicNames names = kafka.topics("led");
    try (TestCluster cluster = TestCluster.withLeadership(2, 1)) {
      kafka.send(names.images(), part(0, 3));
      JobClient job = cluster.submit(settings(names, 2));
      await().atMost(PATIENCE).until(() -> isTaken(names));
      LeadershipServices.replaceMaster(job.getJobID());
      kafka.send(names.images(), part(1, 3));
      await().atMost(PATIENCE).until(() -> isTaken(names));
      LeadershipServices.replaceMaster(job.getJobID());
      kafka.send(names.images(), part(2, 3));
      takeLastAverage(cluster, names, stopWhenTaken(job, names, true));
    }

    assertThat(runs.digestOfLastVersion(names, STREAM)).isEqualTo(undisturbed);
    assertThat(assertAllDoneOnce(names)).isEqualTo(steps);
  }

  /** From one to four, to two and back to one. */
  @Test
  void theNumberOfReplicasChangesAtASavepoint() throws Exception {
    TopicNames names = kafka.topics("grown");
    List<Integer> replicas = List.of(1, 4, 2, 1);
    try (TestCluster cluster = new TestCluster(1, 2)) {
      String savepoint = "";
      for (int phase = 0; phase < replicas.size(); phase++) {
        if (phase == 3) {
          assertBatchesOnceButThoseHeldBack(names, replicas.get(2));
        }
        int versionsBefore = kafka.modelVersions(names).size();
        kafka.send(names.images(), part(phase, replicas.size()));
        JobSettings settings =
            settings(names, 2).with(JobOptions.TRAINING_REPLICAS, replicas.get(phase));
        JobClient job = cluster.submit(from(savepoint, settings));
        await().atMost(PATIENCE).until(() -> kafka.modelVersions(names).size() > versionsBefore);
        savepoint = stopWhenTaken(job, names, phase == 3);
      }
    }

    List<ModelVersion> versions = kafka.modelVersions(names);
    assertThat(versions).extracting(ModelVersion::getModelVersion).isSorted();
    TrainingMetrics last = kafka.metrics(names).get(kafka.metrics(names).size() - 1);
    assertThat(last.getLoss()).isLessThan(1);
    assertThat(last.getKnownClasses()).isEqualTo(10);
    assertThat(kafka.deadLetters(names)).isEmpty();
  }

  /**
   * A replica that waits for the others when the savepoint comes holds its batches of the next
   * round back, into the next job.
   */
  private static void assertBatchesOnceButThoseHeldBack(TopicNames names, int replicas) {
    List<Long> batches = runs.batches(names, STREAM);
    long ofTheLastRound = (long) replicas * ReplicaRuns.STEPS_PER_ROUND;
    long before = batches.get(batches.size() - 1) - ofTheLastRound;
    assertThat(batches)
        .doesNotHaveDuplicates()
        .hasSizeGreaterThan((int) ofTheLastRound)
        .startsWith(LongStream.rangeClosed(1, before).boxed().toArray(Long[]::new));
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

  /** The savepoint of a drained job has replicas that wait for their last average. */
  private static void takeLastAverage(TestCluster cluster, TopicNames names, String savepoint)
      throws Exception {
    JobClient job = cluster.submit(from(savepoint, settings(names, 1)));
    await()
        .atMost(PATIENCE)
        .until(() -> kafka.modelVersions(names).stream().anyMatch(ReplicasITCase::isLast));
    job.cancel().get();
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
    return runs.settings(names, 4, parallelism);
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
    return runs.assertEachBatchOnce(names, STREAM);
  }
}

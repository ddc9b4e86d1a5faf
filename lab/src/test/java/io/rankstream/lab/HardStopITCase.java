package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.cli.Rankstream;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A cluster that is stopped hard goes on from its last checkpoint as if it had not been. */
class HardStopITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int STEPS_BEFORE_THE_STOP = 10;

  @TempDir static Path directory;
  private static TestKafka kafka;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new TestKafka(directory.resolve("broker"));
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  /**
   * Lets a job take all input, ends it with a savepoint and returns the location of this savepoint.
   */
  private static String finish(TestCluster cluster, JobID job, TopicNames names, int images)
      throws Exception {
    await().atMost(PATIENCE).until(() -> kafka.committedOffset(names) == images);
    return cluster.stop(job, directory.resolve("savepoints"), true);
  }

  private static Path newestCheckpoint(Path checkpoints) throws Exception {
    try (Stream<Path> files = Files.walk(checkpoints)) {
      return files
          .filter(file -> file.endsWith("_metadata"))
          .map(Path::getParent)
          .max(
              Comparator.comparingInt(
                  checkpoint -> Integer.parseInt(checkpoint.getFileName().toString().substring(4))))
          .orElseThrow();
    }
  }

  @Test
  void theModelInASavepointIsExported() throws Exception {
    List<byte[]> values = Fixtures.longTail(10, 200);
    TopicNames names = kafka.topics("exported");
    kafka.send(names.images(), values);
    Path published = directory.resolve("published");
    Configuration settings = kafka.settings(names, directory.resolve("exported"));
    settings.setString("versions.directory", published.toUri().toString());
    settings.setString("versions.every-steps", "0"); // one file, when the job ends
    String savepoint;
    try (TestCluster cluster = new TestCluster(1, 1)) {
      JobID job = cluster.submit(settings);
      savepoint = finish(cluster, job, names, values.size());
    }
    ModelVersion version = kafka.modelVersions(names).get(0);
    Path file = directory.resolve("exported.safetensors");

    int exitCode =
        new CommandLine(new Rankstream())
            .execute("export", "--from", savepoint, "--out", file.toString());

    assertThat(exitCode).isZero();
    assertThat(Files.readAllBytes(file))
        .isEqualTo(Files.readAllBytes(Path.of(URI.create(version.getUri()))));
  }

  @Test
  void parametersAreThoseOfAnUndisturbedRunBitForBit() throws Exception {
    List<byte[]> values = Fixtures.longTail(10, 2500);

    TopicNames calm = kafka.topics("calm");
    kafka.send(calm.images(), values);
    String undisturbed;
    try (TestCluster cluster = new TestCluster(1, 1)) {
      JobID job = cluster.submit(kafka.settings(calm, directory.resolve("calm")));
      undisturbed = SavepointState.digestOfTrainer(finish(cluster, job, calm, values.size()));
    }

    TopicNames stormy = kafka.topics("stormy");
    Path checkpoints = directory.resolve("stormy");
    kafka.send(stormy.images(), values);
    try (TestCluster cluster = new TestCluster(1, 1)) {
      cluster.submit(kafka.settings(stormy, checkpoints));
      await()
          .atMost(PATIENCE)
          .until(() -> kafka.records(stormy.metrics()).size() >= STEPS_BEFORE_THE_STOP);
      cluster.terminateTaskManager(0);
    }
    assertThat(kafka.records(stormy.metrics()).size())
        .isLessThan(kafka.records(calm.metrics()).size());
    String restored;
    try (TestCluster cluster = new TestCluster(1, 1)) {
      Configuration settings = kafka.settings(stormy, checkpoints);
      settings.set(
          StateRecoveryOptions.SAVEPOINT_PATH, newestCheckpoint(checkpoints).toUri().toString());
      JobID job = cluster.submit(settings);
      restored = SavepointState.digestOfTrainer(finish(cluster, job, stormy, values.size()));
    }

    assertThat(restored).isEqualTo(undisturbed);
    List<Long> calmSteps = kafka.metrics(calm).stream().map(TrainingMetrics::getStep).toList();
    List<Long> stormySteps = kafka.metrics(stormy).stream().map(TrainingMetrics::getStep).toList();
    assertThat(stormySteps).isEqualTo(calmSteps);
    for (int i = 0; i < stormySteps.size(); i++) {
      assertThat(stormySteps.get(i)).isEqualTo(i + 1);
    }
    Set<String> ids = new HashSet<>();
    kafka.embeddings(stormy).forEach(embedding -> ids.add(embedding.getImageId()));
    assertThat(ids).hasSize(values.size());
  }
}

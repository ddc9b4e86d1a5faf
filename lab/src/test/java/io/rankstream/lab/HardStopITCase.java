package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.cli.Rankstream;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A job goes on from the last checkpoint of a killed cluster as if nothing had happened. */
class HardStopITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int STEPS_BEFORE_THE_STOP = 10;

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
  void theModelInASavepointIsExported() throws Exception {
    List<byte[]> values = Fixtures.longTail(10, 200);
    TopicNames names = kafka.topics("exported");
    kafka.send(names.images(), values);
    Path published = directory.resolve("published");
    JobSettings settings =
        kafka
            .settings(names, directory.resolve("exported"))
            .with(JobOptions.VERSIONS_DIRECTORY, published.toUri().toString())
            .with(JobOptions.VERSIONS_EVERY_STEPS, 0L); // one file, when the job ends
    String savepoint;
    try (TestCluster cluster = new TestCluster(1, 1)) {
      JobClient job = cluster.submit(settings);
      savepoint = finish(job, names);
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
      JobClient job = cluster.submit(kafka.settings(calm, directory.resolve("calm")));
      undisturbed = SavepointState.digestOfModels(finish(job, calm));
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
      JobSettings settings =
          kafka
              .settings(stormy, checkpoints)
              .with(
                  StateRecoveryOptions.SAVEPOINT_PATH,
                  TestCluster.newestCheckpoint(checkpoints).toUri().toString());
      JobClient job = cluster.submit(settings);
      restored = SavepointState.digestOfModels(finish(job, stormy));
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

  /** Waits until a job has taken all input, ends it and returns the location of its savepoint. */
  private static String finish(JobClient job, TopicNames names) throws Exception {
    await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
    return TestCluster.stop(job, directory.resolve("savepoints"), true);
  }
}

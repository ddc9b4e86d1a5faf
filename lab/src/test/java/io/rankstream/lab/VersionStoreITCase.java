package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.TrainingMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job whose store of model files is down for a while. */
class VersionStoreITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long EVERY_STEPS = 5;
  private static final int IMAGES_IN_A_HALF = 240;
  private static final int CLASSES = 5;

  @TempDir static Path directory;

  @Test
  void trainingAndCheckpointsGoOnWithoutTheStoreAndTheNewestVersionFollows() throws Exception {
    Path models = directory.resolve("models");
    Files.createFile(models); // in the way of the directory
    try (TestKafka kafka = new TestKafka();
        TestCluster cluster = new TestCluster(1, 1)) {
      TopicNames names = kafka.topics("stored");
      kafka.send(names.images(), images(0));
      JobClient job = cluster.submit(settings(kafka, names, models));
      await().atMost(PATIENCE).until(() -> kafka.metrics(names).size() > 2 * EVERY_STEPS);
      int halfway = kafka.metrics(names).size(); // committed by checkpoints
      kafka.send(names.images(), images(IMAGES_IN_A_HALF));
      await().atMost(PATIENCE).until(() -> kafka.metrics(names).size() > halfway + 2 * EVERY_STEPS);
      assertThat(kafka.modelVersions(names)).isEmpty();
      long steps = kafka.metrics(names).size();

      Files.delete(models);
      long newest = steps - steps % EVERY_STEPS;
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  kafka.modelVersions(names).stream()
                      .anyMatch(version -> version.getModelVersion() >= newest));
      assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING); // it has no restart
      TestCluster.stop(job, directory.resolve("savepoints"), true);

      assertThat(kafka.metrics(names))
          .extracting(TrainingMetrics::getStep)
          .isEqualTo(LongStream.rangeClosed(1, kafka.metrics(names).size()).boxed().toList());
      PublishedFiles.assertAsAnnounced(kafka.modelVersions(names));
    }
  }

  private static List<byte[]> images(int first) {
    return IntStream.range(first, first + IMAGES_IN_A_HALF)
        .mapToObj(
            i ->
                Fixtures.envelope(
                    "image-" + i, "default", "class-" + i % CLASSES, Fixtures.png(i % CLASSES, i)))
        .toList();
  }

  private static JobSettings settings(TestKafka kafka, TopicNames names, Path models) {
    return kafka
        .settings(names, directory.resolve("checkpoints"))
        .with(JobOptions.VERSIONS_DIRECTORY, models.toUri().toString())
        .with(JobOptions.VERSIONS_EVERY_STEPS, EVERY_STEPS)
        .with(RestartStrategyOptions.RESTART_STRATEGY, "none");
  }
}

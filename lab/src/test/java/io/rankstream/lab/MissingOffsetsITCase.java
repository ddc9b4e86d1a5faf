package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.config.OnMissingOffsets;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.schemas.ImageEmbedding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A job whose input is not what it was when its checkpoint was taken. */
@Timeout(value = 10, unit = TimeUnit.MINUTES) // a job that restarts would never end
class MissingOffsetsITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int IMAGES = 80;
  private static final int DELETED = 100;

  @TempDir static Path directory;

  @Test
  void recordsThatAreGoneStopTheJobUnlessTheyMayBeSkipped() throws Exception {
    try (TestKafka kafka = new TestKafka()) {
      TopicNames names = kafka.topics("gone");
      JobSettings settings = kafka.settings(names, directory.resolve("gone"));
      String savepoint = runAndStop(kafka, names, settings);
      kafka.send(names.images(), images(1));
      try (Admin admin = Admin.create(kafka.clients())) {
        admin
            .deleteRecords(
                Map.of(
                    new TopicPartition(names.images(), 0), RecordsToDelete.beforeOffset(DELETED)))
            .all()
            .get();
      }
      settings.with(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);

      try (TestCluster cluster = new TestCluster(1, 1)) {
        assertThat(failure(cluster.submit(settings)))
            .contains("Records of gone.images that the job has not read are gone")
            .contains(
                "partition 0 begins at offset 100, and the job wants to read on at 80 (20 are missing)")
            .contains("set input.on-missing-offsets = skip");

        JobClient skipping =
            cluster.submit(
                settings.with(JobOptions.INPUT_ON_MISSING_OFFSETS, OnMissingOffsets.SKIP));
        await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
        TestCluster.stop(skipping, directory.resolve("savepoints"), true);
      }
      assertThat(kafka.embeddings(names))
          .extracting(ImageEmbedding::getSourceOffset)
          .contains(0L, 79L, 100L, 159L)
          .doesNotContain(80L, 99L);
    }
  }

  @Test
  void aTopicThatWasMadeAnewStopsTheJob() throws Exception {
    try (TestKafka kafka = new TestKafka()) {
      TopicNames names = kafka.topics("anew");
      JobSettings settings = kafka.settings(names, directory.resolve("anew"));
      String savepoint = runAndStop(kafka, names, settings);
      try (Admin admin = Admin.create(kafka.clients())) {
        admin.deleteTopics(List.of(names.images())).all().get();
        await().atMost(PATIENCE).until(() -> !exists(admin, names.images()));
      }
      Topics.create(kafka.clients(), names, 1);
      kafka.send(names.images(), images(1));
      kafka.send(names.images(), images(2)); // the offset of the savepoint is there again

      try (TestCluster cluster = new TestCluster(1, 1)) {
        settings.with(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        assertThat(failure(cluster.submit(settings)))
            .contains("The input topic anew.images was deleted and made anew (its id was ")
            .contains("start without the checkpoint, with model.weights");
      }
    }
  }

  private static boolean exists(Admin admin, String topic) throws Exception {
    try {
      admin.describeTopics(List.of(topic)).allTopicNames().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw e;
    }
  }

  private static String runAndStop(TestKafka kafka, TopicNames names, JobSettings settings)
      throws Exception {
    kafka.send(names.images(), images(0));
    try (TestCluster cluster = new TestCluster(1, 1)) {
      JobClient job = cluster.submit(settings);
      await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
      return TestCluster.stop(job, directory.resolve("savepoints"), false);
    }
  }

  /** The root cause of the end of a job, which must end by itself. */
  private static String failure(JobClient job) throws Exception {
    try {
      job.getJobExecutionResult().get();
      return "The job did not fail";
    } catch (ExecutionException e) {
      return ExceptionUtils.stringifyException(e);
    }
  }

  private static List<byte[]> images(int phase) {
    return Fixtures.phase(phase, IMAGES, 5, List.of("default"));
  }
}

package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.flink.FlinkRest;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.tail.TopicTail;
import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A Kafka that is away makes the job wait. It fails nothing. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no signal that stops a process")
class OutageITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final int IMAGES = 300;

  /** Each takes two seconds, as long as the clients of the job wait for an answer. */
  private static final int FAILED_CHECKPOINTS_OF_A_LONG_OUTAGE = 5;

  @TempDir static Path directory;

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void anOutageLongerThanTheClientsWaitRestartsNothing() throws Exception {
    try (PausableKafka kafka = new PausableKafka(directory.resolve("waits"));
        TestCluster cluster = new TestCluster(1, 1)) {
      TopicNames names = kafka.topics("waits");
      RecordSender.send(kafka.clients(), names.images(), images(0));
      JobClient job = cluster.submit(kafka.settings(names, directory.resolve("waits-state")));
      await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));

      RecordSender.send(kafka.clients(), names.images(), images(1));
      kafka.pause();
      awaitFailedCheckpoints(cluster, job);
      kafka.resume();

      await().atMost(PATIENCE).ignoreExceptions().until(() -> kafka.isInputTaken(names));
      assertThat(rest(cluster, job, "/exceptions").at("/exceptionHistory/entries")).isEmpty();
      assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(offsetsOfEmbeddings(kafka, names)).hasSize(2 * IMAGES));
    }
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void aJobIsCancelledWhileKafkaIsAwayAndItsTaskManagerStays() throws Exception {
    try (PausableKafka kafka = new PausableKafka(directory.resolve("cancelled"));
        TestCluster cluster = new TestCluster(1, 1)) {
      TopicNames names = kafka.topics("cancelled");
      RecordSender.send(kafka.clients(), names.images(), images(0));
      JobSettings settings =
          kafka
              .settings(names, directory.resolve("cancelled-state"))
              .with(TaskManagerOptions.TASK_CANCELLATION_TIMEOUT, Duration.ofMinutes(2));
      JobClient job = cluster.submit(settings);
      await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));

      RecordSender.send(kafka.clients(), names.images(), images(1));
      kafka.pause();
      awaitFailedCheckpoints(cluster, job);
      job.cancel().get();

      await().atMost(PATIENCE).until(() -> job.getJobStatus().get() == JobStatus.CANCELED);
      assertThat(new FlinkRest(cluster.page()).get("/taskmanagers").get("taskmanagers")).hasSize(1);
    }
  }

  private static List<byte[]> images(int phase) {
    return Fixtures.phase(phase, IMAGES, 5, List.of("default"));
  }

  private static void awaitFailedCheckpoints(TestCluster cluster, JobClient job) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                rest(cluster, job, "/checkpoints").at("/counts/failed").asInt()
                    >= FAILED_CHECKPOINTS_OF_A_LONG_OUTAGE);
  }

  private static JsonNode rest(TestCluster cluster, JobClient job, String path) throws Exception {
    return new FlinkRest(cluster.page()).get("/jobs/" + job.getJobID() + path);
  }

  private static Set<Long> offsetsOfEmbeddings(PausableKafka kafka, TopicNames names) {
    Set<Long> offsets = new HashSet<>();
    new TopicTail(kafka.clients())
        .read(
            names.embeddings(),
            true,
            () -> false,
            record -> {
              try {
                offsets.add(ImageEmbedding.getDecoder().decode(record.value()).getSourceOffset());
                return true;
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return offsets;
  }
}

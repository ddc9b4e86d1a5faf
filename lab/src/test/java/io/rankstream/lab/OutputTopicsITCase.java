package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.flink.FlinkRest;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.tail.TopicTail;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Output topics are taken away under the job, and given back. */
class OutputTopicsITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final int IMAGES = 200;

  @TempDir Path directory;

  @Test
  void aTopicThatIsDeletedIsNamedAndTheJobGoesOnWhenItIsBack() throws Exception {
    try (TestKafka kafka = new TestKafka();
        TestCluster cluster = new TestCluster(1, 1)) {
      TopicNames names = kafka.topics("deleted");
      JobClient job =
          cluster.submit(
              kafka
                  .settings(names, directory)
                  .with(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofSeconds(5))
                  .with(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 1000)
                  .with(JobOptions.OUTPUT_TRANSACTION_TIMEOUT, Duration.ofSeconds(15)));
      kafka.send(names.images(), images(0));
      await().atMost(PATIENCE).until(() -> !kafka.metrics(names).isEmpty());

      try (Admin admin = Admin.create(kafka.clients())) {
        admin.deleteTopics(List.of(names.metrics())).all().get();
      }
      kafka.send(names.images(), images(1));
      awaitException(cluster, job, names.metrics());

      Topics.create(kafka.clients(), names, 1);
      await().atMost(PATIENCE).until(() -> !kafka.metrics(names).isEmpty());
      await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
      assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.RUNNING);
    }
  }

  @Test
  void aRightThatIsTakenAwayIsNamedAndTheJobGoesOnWhenItIsBack() throws Exception {
    try (SecureKafka kafka = new SecureKafka(directory.resolve("secure"));
        TestCluster cluster = new TestCluster(1, 1)) {
      TopicNames names = TopicNames.withPrefix("rights.images", "rights");
      Properties owner = new Properties();
      owner.putAll(kafka.clients(SecureKafka.USER, SecureKafka.PASSWORD));
      Topics.create(owner, names, 1);
      grantAll(kafka, names);
      RecordSender.send(owner, names.images(), images(0));
      JobClient job = cluster.submit(settings(kafka, names));
      await().atMost(PATIENCE).until(() -> count(owner, names.embeddings()) >= IMAGES);

      int clients = AdminClientsITCase.threads().size();
      kafka.revoke(ResourceType.TOPIC, names.metrics(), AclOperation.WRITE);
      kafka.revoke(ResourceType.TOPIC, names.metrics(), AclOperation.READ);
      RecordSender.send(owner, names.images(), images(1));
      awaitException(cluster, job, names.metrics() + " may not be written any more");
      awaitException(cluster, job, "Failed to get open transactions"); // at a restart
      int steps = count(owner, names.metrics());

      grant(kafka, names.metrics(), AclOperation.WRITE);
      grant(kafka, names.metrics(), AclOperation.READ);
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  count(owner, names.embeddings()) >= 2 * IMAGES
                      && count(owner, names.metrics()) > steps
                      && job.getJobStatus().get() == JobStatus.RUNNING);
      await() // those of the starts that failed are gone
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat(AdminClientsITCase.threads()).hasSizeLessThanOrEqualTo(clients));
    }
  }

  private JobSettings settings(SecureKafka kafka, TopicNames names) {
    JobSettings settings =
        new JobSettings()
            .with(names.settings().configuration().toMap())
            .with(JobOptions.INPUT_GROUP_ID, "rights")
            .with(JobOptions.OUTPUT_TRANSACTIONAL_ID_PREFIX, "rights")
            .with(JobOptions.BATCH_TRAIN_EVERY, 8)
            .with(JobOptions.MODEL_EMBEDDING_DIMENSION, 32)
            .with(CoreOptions.DEFAULT_PARALLELISM, 1)
            .with(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(300))
            .with(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                directory.resolve("rights-state").toUri().toString());
    kafka.clients(SecureKafka.WORKER, SecureKafka.PASSWORD).forEach(settings::withKafka);
    return settings;
  }

  private static void grantAll(SecureKafka kafka, TopicNames names) throws Exception {
    grant(kafka, names.images(), AclOperation.READ);
    kafka.grant(ResourceType.GROUP, "rights", PatternType.LITERAL, AclOperation.READ);
    kafka.grant(ResourceType.TRANSACTIONAL_ID, "rights", PatternType.PREFIXED, AclOperation.WRITE);
    for (String output :
        List.of(names.embeddings(), names.metrics(), names.modelVersions(), names.deadLetters())) {
      grant(kafka, output, AclOperation.READ);
      grant(kafka, output, AclOperation.WRITE);
    }
  }

  private static void grant(SecureKafka kafka, String topic, AclOperation right) throws Exception {
    kafka.grant(ResourceType.TOPIC, topic, PatternType.LITERAL, right);
  }

  private static List<byte[]> images(int phase) {
    return Fixtures.phase(phase, IMAGES, 5, List.of("default"));
  }

  private static int count(Properties clients, String topic) {
    AtomicInteger count = new AtomicInteger();
    new TopicTail(clients)
        .read(
            topic,
            true,
            () -> false,
            record -> {
              count.incrementAndGet();
              return true;
            });
    return count.get();
  }

  private static void awaitException(TestCluster cluster, JobClient job, String text) {
    FlinkRest rest = new FlinkRest(cluster.page());
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                rest.get("/jobs/%s/exceptions".formatted(job.getJobID()))
                    .toString()
                    .contains(text));
  }
}

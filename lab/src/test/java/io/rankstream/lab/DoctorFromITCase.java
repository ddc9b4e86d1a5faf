package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.cli.Rankstream;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.config.OnMissingOffsets;
import io.rankstream.pipeline.config.Sampler;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.kafka.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the doctor says of a savepoint before a job starts from it. */
class DoctorFromITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int IMAGES = 80;

  @TempDir Path directory;
  private TestKafka kafka;
  private TopicNames names;
  private String savepoint;

  @BeforeEach
  void takeASavepoint() throws Exception {
    kafka = new TestKafka();
    names = kafka.topics("started");
    kafka.send(names.images(), images(0));
    try (TestCluster cluster = new TestCluster(1, 1)) {
      JobClient job = cluster.submit(settings());
      await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
      await().atMost(PATIENCE).until(() -> kafka.hasTrained(names, 5));
      savepoint = TestCluster.stop(job, directory.resolve("savepoints"), false);
    }
  }

  @AfterEach
  void stopBroker() {
    kafka.close();
  }

  @Test
  void tellsWhatAStartWouldMeet() throws Exception {
    Outcome good = doctor(settings());
    assertThat(good.code).as(good.text).isZero();
    assertThat(good.text)
        .containsPattern(
            "ok +checkpoint +savepoint \\d+: \\d+ operators with [\\d,]+ bytes of state")
        .containsPattern("ok +operators +every state of the checkpoint has its operator")
        .containsPattern("ok +stream +default goes on after [1-9]\\d* steps, with 5 classes")
        .containsPattern("ok +threads +PyTorch has \\d+ here, as in the checkpoint")
        .containsPattern("ok +offsets +.*from offset 80 of partition 0");

    assertProblem(
        settings().with(JobOptions.MODEL_EMBEDDING_DIMENSION, 16),
        "default: The snapshot holds a small-cnn-1x28x28-half-range-d32-c1000");
    assertProblem(
        settings().with(JobOptions.BATCH_CLASSES, 4).with(JobOptions.MODEL_MAX_CLASSES, 4),
        "a model of 5 classes, more than model.max-classes = 4: set it to at least 5");
    assertProblem(
        settings().with(JobOptions.BATCH_SAMPLER, Sampler.NATURAL),
        "The job has no operator for the state of pk-window");
    assertProblem(
        settings().with(PipelineOptions.MAX_PARALLELISM, 64),
        "is divided into 128 key groups, and the job has 64: set pipeline.max-parallelism to 128");

    Outcome other = doctor(settings().with(JobOptions.INPUT_STREAMS, List.of("other")));
    assertThat(other.code).as(other.text).isZero();
    assertThat(other.text)
        .contains("The checkpoint has a model of the stream default, which leaves the state")
        .contains("The checkpoint has no model of the stream other, which starts a new one");
    Outcome without =
        doctor(
            settings()
                .with(JobOptions.BATCH_SAMPLER, Sampler.NATURAL)
                .with(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, true));
    assertThat(without.code).as(without.text).isZero();
    assertThat(without.text).contains("The job leaves out the state of pk-window");

    assertRecordsThatAreGoneAreFound();
    assertDamageIsFound();
  }

  @Test
  void findsAnotherTopic() throws Exception {
    TopicNames others = kafka.topics("others");
    assertProblem(
        settings().with(JobOptions.INPUT_TOPIC, others.images()),
        "The checkpoint was made from the topic started.images, and input.topic = others.images");

    try (Admin admin = Admin.create(kafka.clients())) {
      admin.deleteTopics(List.of(names.images())).all().get();
      await()
          .atMost(PATIENCE)
          .until(() -> !admin.listTopics().names().get().contains(names.images()));
    }
    Topics.create(kafka.clients(), names, 1);
    kafka.send(names.images(), images(1)); // the offset of the savepoint is there again
    assertProblem(
        settings(), "The input topic started.images was deleted and made anew (its id was ");
    Outcome skipping =
        doctor(settings().with(JobOptions.INPUT_ON_MISSING_OFFSETS, OnMissingOffsets.SKIP));
    assertThat(skipping.code).as(skipping.text).isZero();
    assertThat(skipping.text).contains("The job goes on, since input.on-missing-offsets = skip");
  }

  private void assertRecordsThatAreGoneAreFound() throws Exception {
    kafka.send(names.images(), images(1));
    try (Admin admin = Admin.create(kafka.clients())) {
      TopicPartition partition = new TopicPartition(names.images(), 0);
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(100))).all().get();
    }
    assertProblem(
        settings(),
        "partition 0 begins at offset 100, and the job wants to read on at 80 (20 are missing)");
    Outcome skipping =
        doctor(settings().with(JobOptions.INPUT_ON_MISSING_OFFSETS, OnMissingOffsets.SKIP));
    assertThat(skipping.code).as(skipping.text).isZero();
    assertThat(skipping.text).contains("(20 are missing). The job goes on");
  }

  private void assertDamageIsFound() throws Exception {
    try (Stream<Path> files = Files.list(Path.of(URI.create(savepoint)))) {
      for (Path file : files.toList()) {
        byte[] content = Files.readAllBytes(file);
        content[content.length / 2] ^= 1;
        Files.write(file, content);
        assertProblem(settings(), file + " is damaged: the checksum of its ");
        content[content.length / 2] ^= 1;
        Files.write(file, content);
      }
    }
  }

  private record Outcome(int code, String text) {}

  private void assertProblem(JobSettings settings, String message) {
    Outcome outcome = doctor(settings);
    assertThat(outcome.text).contains(message);
    assertThat(outcome.code).as(outcome.text).isEqualTo(1);
  }

  private Outcome doctor(JobSettings settings) {
    List<String> arguments = new ArrayList<>(List.of("doctor", "--from", savepoint));
    settings
        .configuration()
        .toMap()
        .forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
    StringWriter text = new StringWriter();
    CommandLine line = Rankstream.commandLine(any -> {});
    line.setOut(new PrintWriter(text, true));
    line.setErr(new PrintWriter(text, true));
    return new Outcome(line.execute(arguments.toArray(String[]::new)), text.toString());
  }

  private JobSettings settings() {
    return kafka.settings(names, directory.resolve("checkpoints"));
  }

  private static List<byte[]> images(int phase) {
    return Fixtures.phase(phase, IMAGES, 5, List.of("default"));
  }
}

package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.CheckpointPace;
import io.rankstream.pipeline.config.EngineDefaults;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.doctor.Finding;
import io.rankstream.pipeline.tools.doctor.KafkaChecks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two jobs with one group, and so one prefix of transactional ids, on a real broker. */
class TwoJobsITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path directory;
  private TestKafka kafka;
  private TopicNames names;
  private int sent;

  @BeforeEach
  void start() throws Exception {
    kafka = new TestKafka();
    names = kafka.topics("twice");
  }

  @AfterEach
  void stop() {
    kafka.close();
  }

  /** Processes of their own: within one, the connector refuses a prefix that is in use. */
  @Test
  void oneOfTheTwoEndsWithTheReasonAndTheOtherGoesOn() throws Exception {
    Process one = run("one");
    Process two = run("two");
    try {
      await().atMost(PATIENCE).until(() -> hasOneEndedWhileImagesCome(one, two));

      String ended = one.isAlive() ? "two" : "one";
      assertThat((one.isAlive() ? two : one).exitValue()).as(printed(ended)).isEqualTo(1);
      assertThat(printed(ended))
          .contains("Another job writes to twice")
          .contains("give one of the two an output.transactional-id-prefix");

      int before = kafka.embeddings(names).size();
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                sendSome();
                return kafka.embeddings(names).size() > before;
              });
      assertThat((one.isAlive() ? one : two).isAlive()).isTrue();
    } finally {
      one.destroyForcibly();
      two.destroyForcibly();
    }
  }

  @Test
  void aJobDoesNotStartWhileAnotherOneWritesWithItsPrefix() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    Thread feeder = new Thread(() -> sendUntil(done), "feeder");
    try (TestCluster cluster = new TestCluster(1, 1)) {
      cluster.submit(settings("first"));
      feeder.start();
      await().atMost(PATIENCE).until(() -> !kafka.embeddings(names).isEmpty());

      List<Finding> problems = new ArrayList<>();
      await() // between two transactions there may be none
          .atMost(PATIENCE)
          .until(
              () -> {
                problems.addAll(problemsAtTheStart(settings("second")));
                return !problems.isEmpty();
              });

      assertThat(problems)
          .singleElement()
          .extracting(Finding::message)
          .asString()
          .startsWith("Another job writes with the prefix twice.images at this moment")
          .endsWith(
              "give this one another output.transactional-id-prefix and another input.group-id");
    } finally {
      done.set(true);
      feeder.join();
    }
  }

  private static List<Finding> problemsAtTheStart(JobSettings settings) throws Exception {
    Configuration configuration = settings.configuration();
    try (KafkaChecks checks =
        new KafkaChecks(
            JobConfig.from(configuration),
            CheckpointPace.of(EngineDefaults.forLocal(configuration)))) {
      checks.connection();
      return checks.jobAtItsStart().stream()
          .filter(finding -> finding.level() == Finding.Level.PROBLEM)
          .toList();
    }
  }

  private void sendUntil(AtomicBoolean done) {
    try {
      while (!done.get()) {
        sendSome();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private Process run(String job) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Doffline=true",
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                "io.rankstream.lab.cli.Lab",
                "run",
                "--rest.bind-port",
                "0"));
    settings(job)
        .configuration()
        .toMap()
        .forEach((key, value) -> command.addAll(List.of("--" + key, value)));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve(job + ".out").toFile())
        .start();
  }

  private String printed(String job) throws IOException {
    return Files.readString(directory.resolve(job + ".out"));
  }

  private boolean hasOneEndedWhileImagesCome(Process one, Process two) throws Exception {
    sendSome();
    return !one.isAlive() || !two.isAlive();
  }

  private void sendSome() throws Exception {
    kafka.send(names.images(), Fixtures.phase(sent++, 20, 4, List.of("default")));
  }

  private JobSettings settings(String job) {
    return kafka.settings(names, directory.resolve(job));
  }
}

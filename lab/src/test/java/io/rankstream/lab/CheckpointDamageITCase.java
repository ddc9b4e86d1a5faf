package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.cli.Rankstream;
import io.rankstream.pipeline.config.JobSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.util.ExceptionUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A checkpoint of a real job, with damage anywhere in its files. */
class CheckpointDamageITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int TRIALS = 100;

  @TempDir static Path directory;

  private static TestKafka kafka;
  private static TopicNames names;
  private static Path checkpoint;

  @BeforeAll
  static void takeACheckpoint() throws Exception {
    kafka = new TestKafka();
    names = kafka.topics("damaged");
    kafka.send(names.images(), Fixtures.longTail(10, 100));
    try (TestCluster cluster = new TestCluster(1, 1)) {
      JobClient job = cluster.submit(settings());
      await().atMost(PATIENCE).until(() -> kafka.isInputTaken(names));
      job.cancel().get();
      assertThatThrownBy(() -> job.getJobExecutionResult().get()).isNotNull();
    }
    checkpoint = TestCluster.newestCheckpoint(directory.resolve("checkpoints"));
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void aGoodCheckpointIsTold() {
    Outcome outcome = verify();

    assertThat(outcome.code).as(outcome.text).isZero();
    assertThat(outcome.text)
        .containsPattern("good +checkpoint \\d+: \\d+ operators with [\\d,]+ bytes of state")
        .containsPattern("good +every byte of _metadata and of \\d+ files matches")
        .containsPattern("default after [0-9,]+ steps, [0-9]+ classes, lineage ");
  }

  @Test
  void everyTurnedBitIsRefused() throws Exception {
    Random random = new Random(20);
    for (int i = 0; i < TRIALS; i++) {
      Place place = place(random);
      byte[] turned = place.content();
      turned[place.at] ^= (byte) (1 << random.nextInt(8));
      assertRefused(place, turned);
    }

    assertThat(verify().code).as("all is as it was").isZero();
  }

  @Test
  void everyTruncationIsRefused() throws Exception {
    Random random = new Random(20);
    for (int i = 0; i < TRIALS; i++) {
      Place place = place(random);
      assertRefused(place, Arrays.copyOf(place.content(), place.at));
    }

    assertThat(verify().code).as("all is as it was").isZero();
  }

  @Test
  void aMissingFileIsRefused() throws Exception {
    for (Path file : files()) {
      byte[] content = Files.readAllBytes(file);
      Files.delete(file);
      Outcome outcome = verify();
      Files.write(file, content);

      assertThat(outcome.code).as("%s: %s", file, outcome.text).isEqualTo(1);
      assertThat(outcome.text).contains(file.getFileName().toString());
    }
  }

  @Test
  void aJobDoesNotStartFromADamagedFile() throws Exception {
    for (Path file : files()) {
      byte[] content = Files.readAllBytes(file);
      byte[] turned = content.clone();
      turned[turned.length / 2] ^= 1;
      Files.write(file, turned);
      try (TestCluster cluster = new TestCluster(1, 1)) {
        JobSettings damaged =
            settings().with(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint.toUri().toString());
        assertThatThrownBy(() -> cluster.submit(damaged).getJobExecutionResult().get())
            .satisfies(
                e ->
                    assertThat(ExceptionUtils.stringifyException(e))
                        .contains(file + " is damaged: the checksum of its "));
      } finally {
        Files.write(file, content);
      }
    }
  }

  /** A place in the files, each byte as likely as any other. */
  private record Place(Path file, int at) {

    byte[] content() throws IOException {
      return Files.readAllBytes(file);
    }
  }

  private record Outcome(int code, String text) {}

  private static Place place(Random random) throws IOException {
    long all = 0;
    for (Path file : files()) {
      all += Files.size(file);
    }
    long at = (long) (random.nextDouble() * all);
    for (Path file : files()) {
      if (at < Files.size(file)) {
        return new Place(file, (int) at);
      }
      at -= Files.size(file);
    }
    throw new IllegalStateException("no file has this place");
  }

  private static void assertRefused(Place place, byte[] damaged) throws IOException {
    byte[] good = place.content();
    Files.write(place.file, damaged);
    Outcome outcome = verify();
    Files.write(place.file, good);

    assertThat(outcome.code).as("%s at %s: %s", place.file, place.at, outcome.text).isEqualTo(1);
    assertThat(outcome.text)
        .contains(place.file.getFileName().toString())
        .contains("damaged")
        .doesNotContain("\tat ");
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      return files.sorted().toList();
    }
  }

  private static Outcome verify() {
    StringWriter text = new StringWriter();
    CommandLine line = Rankstream.commandLine(any -> {});
    line.setOut(new PrintWriter(text, true));
    line.setErr(new PrintWriter(text, true));
    return new Outcome(line.execute("verify", checkpoint.toString()), text.toString());
  }

  private static JobSettings settings() {
    return kafka
        .settings(names, directory.resolve("checkpoints"))
        .with(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, 1);
  }
}

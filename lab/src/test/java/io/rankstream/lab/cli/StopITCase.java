package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.lab.local.FreePorts;
import io.rankstream.lab.local.LocalRun;
import io.rankstream.lab.local.RecordSender;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.kafka.ConsumerLag;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.TrainingMetrics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A run that is stopped over Flink's page, and one that goes on from its savepoint. */
class StopITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path directory;

  @Test
  void stopsARunWithASavepointFromWhichTheNextOneGoesOn() throws Exception {
    try (LocalRun kafka = LocalRun.start("test")) {
      kafka.create(TopicNames.defaults());
      int port = FreePorts.one();
      String flink = "http://localhost:" + port;

      Output nobody = new Output("stop", "--flink", flink);
      assertThat(nobody.execute()).isEqualTo(1);
      assertThat(nobody.text()).contains("Flink does not answer at " + flink);

      Output first = run(kafka, port);
      CompletableFuture<Integer> ended = CompletableFuture.supplyAsync(first::execute);
      String savepoints = directory.resolve("savepoints").toString();
      Output stop = new Output("stop", "--flink", flink, "--savepoint", savepoints);
      // Refused until all tasks run.
      await().atMost(PATIENCE).until(() -> ended.isDone() || stop.execute() == 0);
      assertThat(stop.text()).contains("Stopped with the savepoint file:" + savepoints);
      assertThat(ended.get()).as(first.text()).isZero();
      assertThat(first.text()).contains("Starting new models", "The job has ended.");

      Output second = run(kafka, port, "--resume");
      CompletableFuture<Integer> endedAgain = CompletableFuture.supplyAsync(second::execute);
      await().atMost(PATIENCE).until(() -> endedAgain.isDone() || stop.execute() == 0);
      assertThat(endedAgain.get()).as(second.text()).isZero();
      assertThat(second.text()).contains("Going on from " + savepoints);
    }
  }

  @Test
  void aDrainedJobTrainsOnWhatWaitsBeforeItEnds() throws Exception {
    TopicNames topics = TopicNames.defaults();
    List<byte[]> images = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      images.add(
          Fixtures.envelope("image-" + i, "default", "class-" + i % 2, Fixtures.png(i % 2, i)));
    }
    try (LocalRun kafka = LocalRun.start("test");
        ConsumerLag lag = new ConsumerLag(kafka.clients(), topics.images(), "drained")) {
      kafka.create(topics);
      RecordSender.send(kafka.clients(), topics.images(), images);
      int port = FreePorts.one();
      // No batch is due before its end.
      Output run =
          run(
              kafka,
              port,
              "--batch.train-every",
              "1000",
              "--batch.max-wait",
              "1 h",
              "--input.group-id",
              "drained");
      CompletableFuture<Integer> ended = CompletableFuture.supplyAsync(run::execute);
      await().atMost(PATIENCE).until(() -> ended.isDone() || lag.isNone());
      assertThat(kafka.read(topics.metrics(), TrainingMetrics.getDecoder())).isEmpty();

      Output stop = new Output("stop", "--flink", "http://localhost:" + port, "--drain");
      await().atMost(PATIENCE).until(() -> ended.isDone() || stop.execute() == 0);

      assertThat(ended.get()).as(run.text()).isZero();
      assertThat(stop.text()).contains("Stopped with the savepoint file:");
      assertThat(kafka.read(topics.metrics(), TrainingMetrics.getDecoder())).isNotEmpty();
    }
  }

  private Output run(LocalRun kafka, int port, String... more) {
    return new Output(
        Stream.concat(
                List.of(
                    "run",
                    "--kafka.bootstrap.servers",
                    kafka.bootstrapServers(),
                    "--model.device",
                    "cpu",
                    "--rest.bind-port",
                    Integer.toString(port),
                    "--execution.checkpointing.dir",
                    directory.resolve("checkpoints").toUri().toString(),
                    "--execution.checkpointing.savepoint-dir",
                    directory.resolve("savepoints").toUri().toString())
                    .stream(),
                Stream.of(more))
            .toArray(String[]::new));
  }

  /** A command with what it printed. */
  private static final class Output {

    private final StringWriter text = new StringWriter();
    private final String[] arguments;

    Output(String... arguments) {
      this.arguments = arguments;
    }

    int execute() {
      CommandLine line = Lab.commandLine();
      line.setOut(new PrintWriter(text, true));
      line.setErr(new PrintWriter(text, true));
      return line.execute(arguments);
    }

    String text() {
      return text.toString();
    }
  }
}

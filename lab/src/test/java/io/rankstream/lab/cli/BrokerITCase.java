package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankstream.lab.local.FreePorts;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.tools.tail.TopicTail;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The broker for this machine, as a user starts and ends it. */
class BrokerITCase {

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void keepsTopicsAndRecordsOverARestart() throws Exception {
    Path data = directory.resolve("broker");
    Path photos = directory.resolve("photos");
    Fixtures.photos(photos, 2, 3);
    int port = FreePorts.one();
    String address = "localhost:" + port;

    try (Running broker = new Running(data, port)) {
      assertThat(
              execute(
                  "feed",
                  "--bootstrap-servers",
                  address,
                  "--test-share",
                  "0",
                  "--data",
                  photos.toString()))
          .as(err.toString())
          .isZero();
      assertThat(execute("broker", "--data", data.toString(), "--port", Integer.toString(port)))
          .isEqualTo(1);
      assertThat(
              execute(
                  "broker", "--data", data.toString(), "--port", Integer.toString(FreePorts.one())))
          .isEqualTo(1);
      assertThat(err.toString())
          .contains("error: Port %s is taken".formatted(port))
          .contains("error: Another broker uses %s".formatted(data))
          .doesNotContain("\tat ");
      assertThat(broker.exitCode()).isNotDone();
    }

    try (Running broker = new Running(data, port)) {
      assertThat(keys(address)).hasSize(6);
      assertThat(broker.exitCode()).isNotDone();
    }
  }

  @Test
  void refusesAPortThatIsNone() {
    assertThat(execute("broker", "--port", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("Invalid port: 0 (must be 1 to 65535)");
  }

  private static Set<String> keys(String address) {
    Properties clients = new Properties();
    clients.put("bootstrap.servers", address);
    Set<String> keys = new HashSet<>();
    new TopicTail(clients)
        .read(
            "images.v2",
            true,
            () -> false,
            record -> keys.add(new String(record.key(), StandardCharsets.UTF_8)));
    return keys;
  }

  private int execute(String... arguments) {
    CommandLine line = Lab.commandLine();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  /** The command in a thread, which is interrupted in the place of Ctrl-C. */
  private static final class Running implements AutoCloseable {

    private final StringWriter out = new StringWriter();
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private final Thread thread;

    Running(Path data, int port) {
      thread =
          new Thread(
              () -> {
                CommandLine line = Lab.commandLine();
                line.setOut(new PrintWriter(out, true));
                exitCode.complete(
                    line.execute(
                        "broker", "--data", data.toString(), "--port", Integer.toString(port)));
              });
      thread.start();
      await().atMost(PATIENCE).until(() -> out.toString().contains("Ctrl-C") || exitCode.isDone());
      assertThat(out.toString()).contains("Kafka at localhost:" + port, data.toString());
    }

    CompletableFuture<Integer> exitCode() {
      return exitCode;
    }

    @Override
    public void close() throws Exception {
      thread.interrupt();
      assertThat(exitCode.get()).isZero();
    }
  }
}

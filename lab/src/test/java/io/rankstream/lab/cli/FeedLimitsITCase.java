package io.rankstream.lab.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.local.LocalRun;
import io.rankstream.pipeline.Fixtures;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A set with an image that the topic, or the producer, does not take: nothing of it is sent. */
class FeedLimitsITCase {

  @TempDir static Path directory;
  private static LocalRun kafka;

  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() throws Exception {
    kafka = LocalRun.start("limits");
    Fixtures.photos(directory.resolve("photos"), 2, 3);
    Files.write(directory.resolve("photos/class-1/large.png"), Fixtures.noise(300, 300));
    try (Admin admin = Admin.create(kafka.clients())) {
      admin
          .createTopics(
              List.of(
                  new NewTopic("small", 1, (short) 1)
                      .configs(Map.of("max.message.bytes", "20000"))))
          .all()
          .get();
    }
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @Test
  void aTopicThatIsTooSmallIsToldBeforeTheFirstImage() {
    assertThat(feed("--topic", "small")).isEqualTo(1);

    assertThat(err.toString())
        .contains("error: 1 of 7 images are too large for the topic small")
        .contains("whose max.message.bytes is 20000. The first is class-1/large.png (")
        .contains("Nothing was sent: set max.message.bytes of the topic to at least ")
        .doesNotContain("\tat ");
    assertThat(kafka.records("small")).isEmpty();
  }

  @Test
  void aProducerThatIsTooSmallIsToldBeforeTheFirstImage() throws Exception {
    Path settings = directory.resolve("client.properties");
    Files.writeString(settings, "max.request.size = 30000\n");

    assertThat(feed("--topic", "roomy", "--kafka-config", settings.toString())).isEqualTo(1);

    assertThat(err.toString()).contains("for the producer, whose max.request.size is 30000.");
    assertThat(kafka.records("roomy")).isEmpty();
  }

  @Test
  void withRoomAllAreSent() {
    assertThat(feed("--topic", "enough")).isZero();

    assertThat(kafka.records("enough")).hasSize(7);
  }

  private int feed(String... more) {
    CommandLine line = Lab.commandLine();
    line.setOut(new PrintWriter(new StringWriter(), true));
    line.setErr(new PrintWriter(err, true));
    String[] fixed = {
      "feed",
      "--bootstrap-servers",
      kafka.bootstrapServers(),
      "--test-share",
      "0",
      "--data",
      directory.resolve("photos").toString()
    };
    String[] arguments = new String[fixed.length + more.length];
    System.arraycopy(fixed, 0, arguments, 0, fixed.length);
    System.arraycopy(more, 0, arguments, fixed.length, more.length);
    return line.execute(arguments);
  }
}

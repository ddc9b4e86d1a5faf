package io.rankstream.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.watch.Watch;
import java.io.ByteArrayInputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The live page of a running job, as a browser asks for it. */
class WatchITCase {

  private static final String HOSTILE = "<script>alert('class')</script>";

  @TempDir static Path directory;
  private static TestKafka kafka;

  private final HttpClient browser = HttpClient.newHttpClient();

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = new TestKafka();
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void showsARunningJobThroughKafkaAlone() throws Exception {
    TopicNames names = kafka.topics("watch");
    List<byte[]> values = new ArrayList<>(Fixtures.longTail(10, 170));
    int images = values.size() + 4;
    for (int i = 0; i < 4; i++) {
      values.add(Fixtures.envelope("hostile-" + i, "default", HOSTILE, Fixtures.png(3, i)));
    }
    values.add("no envelope".getBytes(StandardCharsets.UTF_8));
    values.add(Fixtures.envelope("image-without-label", "default", " ", Fixtures.png(2, 7)));
    kafka.send(names.images(), values);

    try (Watch watch =
        Watch.start(kafka.clients(), names, JobConfig.Registry.none(), "localhost", 0)) {
      JobClient job =
          kafka.start(
              kafka
                  .settings(names, directory.resolve("checkpoints"))
                  .with(JobOptions.BATCH_MAX_WAIT, Duration.ofMillis(200))
                  .with(
                      JobOptions.VERSIONS_DIRECTORY, directory.resolve("models").toUri().toString())
                  .with(JobOptions.VERSIONS_EVERY_STEPS, 10L));
      try {
        await()
            .atMost(Duration.ofMinutes(2))
            .untilAsserted(
                () -> {
                  JsonNode run = json(watch, "/api/run");
                  assertThat(run.at("/stream/images").asInt()).isEqualTo(images);
                  assertThat(run.at("/deadLetters/reasons/ENVELOPE_INVALID").asInt()).isEqualTo(1);
                  assertThat(run.at("/deadLetters/reasons/LABEL_INVALID").asInt()).isEqualTo(1);
                  assertThat(run.at("/stream/versions")).isNotEmpty();
                  assertThat(run.get("waiting").asLong(-1)).as("records without a result").isZero();
                });
      } finally {
        job.cancel().get();
      }

      JsonNode run = json(watch, "/api/run?stream=default");
      assertThat(run.get("problems")).isEmpty();
      assertThat(run.at("/stream/curve/step")).hasSizeGreaterThan(10);
      assertThat(run.at("/stream/classes")).hasSize(11);
      assertThat(run.at("/stream/newestVersion").asLong(-1)).isNotNegative(); // 0 in a short run
      assertThat(run.at("/deadLetters/share").asDouble()).isEqualTo(2.0 / (images + 2));
      assertThat(run.at("/deadLetters/shares/LABEL_INVALID").asDouble())
          .isEqualTo(1.0 / (images + 2));
      assertThat(run.at("/stream/classes/0/name").asText()).isEqualTo("class-0");
      assertThat(run.at("/stream/classes")).anyMatch(c -> c.get("name").asText().equals(HOSTILE));
      JsonNode withImage = run.at("/deadLetters/last/0");
      JsonNode withoutImage = run.at("/deadLetters/last/1");
      assertThat(withoutImage.get("origin").asText())
          .isEqualTo("%s-0@%d".formatted(names.images(), images));
      assertPicture(get(watch, "/letter?key=" + withImage.get("key").asText()));
      assertThat(get(watch, "/letter?key=" + withoutImage.get("key").asText()).statusCode())
          .isEqualTo(204);
      assertThat(get(watch, "/letter?key=1000").statusCode()).as("not shown").isEqualTo(204);

      JsonNode map = json(watch, "/api/map");
      assertThat(map).hasSize(images);
      int key = map.get(0).get(0).asInt();
      JsonNode neighbours = json(watch, "/api/neighbours?key=" + key);
      assertThat(neighbours).hasSize(11);
      assertThat(neighbours.get(0).get("key").asInt()).isEqualTo(key);

      JsonNode snapshot = watch.map().orElseThrow();
      assertThat(snapshot.get("points")).hasSize(images);
      assertThat(snapshot.get("pictures")).hasSize(images);
      assertThat(snapshot.get("neighbours")).hasSize(8).allMatch(row -> row.size() == 11);

      assertPicture(get(watch, "/picture?key=" + key));
    }
  }

  @Test
  void servesOnePageThatNeedsNothingElse() throws Exception {
    TopicNames names = kafka.topics("page");
    try (Watch watch =
        Watch.start(kafka.clients(), names, JobConfig.Registry.none(), "localhost", 0)) {
      HttpResponse<byte[]> answer = get(watch, "/");
      String page = new String(answer.body(), StandardCharsets.UTF_8);
      assertThat(page)
          .contains("uPlot", "Embedding map", "<!DOCTYPE html>")
          .doesNotContain("/*STYLE*/", "/*SCRIPT*/", "/*FILE")
          .doesNotContainPattern("(src|href)=\"(https?:)?//");
      assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
          .startsWith("default-src 'none'");

      assertThat(watch.map()).isEmpty();
      assertThat(get(watch, "/api/map").statusCode()).as("no stream yet").isEqualTo(404);
      assertThat(get(watch, "/picture?key=1").statusCode()).isEqualTo(404);
      assertThat(get(watch, "/picture?key=x").statusCode()).isEqualTo(400);
      assertThat(get(watch, "/picture").statusCode()).isEqualTo(400);
      assertThat(get(watch, "/../etc/passwd").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void isNotReadUnderTheNameOfAnotherSite() throws Exception {
    TopicNames names = kafka.topics("rebinding");
    try (Watch watch =
            Watch.start(kafka.clients(), names, JobConfig.Registry.none(), "localhost", 0);
        Socket socket = new Socket("localhost", watch.uri().getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET /api/run HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 403");
    }
  }

  private static void assertPicture(HttpResponse<byte[]> answer) throws Exception {
    assertThat(answer.headers().firstValue("Content-Type")).contains("image/png");
    assertThat(ImageIO.read(new ByteArrayInputStream(answer.body())).getWidth()).isEqualTo(64);
  }

  private HttpResponse<byte[]> get(Watch watch, String path) throws Exception {
    URI uri = watch.uri().resolve(path);
    return browser.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofByteArray());
  }

  private JsonNode json(Watch watch, String path) throws Exception {
    HttpResponse<byte[]> answer = get(watch, path);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    return new ObjectMapper().readTree(answer.body());
  }
}

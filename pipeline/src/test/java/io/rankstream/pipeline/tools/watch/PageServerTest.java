package io.rankstream.pipeline.tools.watch;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.schemas.PredictionCount;
import io.rankstream.schemas.TrainingMetrics;
import java.io.BufferedReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PageServerTest {

  @Test
  void serversWithTheSameFirstPortAnswerAtTheAddressesThatTheyGive() throws Exception {
    LiveRun one = new LiveRun();
    LiveRun other = new LiveRun();
    one.problem("topic-of-one", "is missing");
    other.problem("topic-of-the-other", "is missing");
    try (Pictures pictures = new Pictures(unreachable(), JobConfig.Registry.none());
        PageServer first = new PageServer(one, pictures, "localhost", 0);
        PageServer second = new PageServer(other, pictures, "localhost", first.uri().getPort())) {
      assertThat(second.uri()).isNotEqualTo(first.uri());
      assertThat(run(first)).contains("topic-of-one").doesNotContain("topic-of-the-other");
      assertThat(run(second)).contains("topic-of-the-other").doesNotContain("topic-of-one");
    }
  }

  @Test
  void servesAllConfusionsOfAStream() throws Exception {
    LiveRun run = new LiveRun();
    TrainingMetrics step = Records.step(1, 1, Map.of("cat", 4));
    step.setPredictions(
        List.of(new PredictionCount("cat", null, 1), new PredictionCount("cat", "dog", 3)));
    run.add(step, new Place(new TopicPartition("metrics", 0), 0));
    try (Pictures pictures = new Pictures(unreachable(), JobConfig.Registry.none());
        PageServer server = new PageServer(run, pictures, "localhost", 0)) {
      assertThat(get(server, "/api/confusion?stream=default").body())
          .isEqualTo("[[\"cat\",\"dog\",3],[\"cat\",null,1]]");
      assertThat(get(server, "/api/confusion?stream=unknown").statusCode()).isEqualTo(404);
      assertThat(get(server, "/api/run").body()).contains("\"confusion\":{\"predictions\":4,");
    }
  }

  @Test
  void halfRequestsDoNotStopThePage() throws Exception {
    Process page =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Served.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<Socket> half = new ArrayList<>();
    try (BufferedReader lines = page.inputReader()) {
      URI uri = URI.create(lines.readLine());
      for (int i = 0; i < 50; i++) { // more than the server has threads
        Socket socket = new Socket(uri.getHost(), uri.getPort());
        half.add(socket);
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: local".getBytes(US_ASCII));
        socket.getOutputStream().flush();
      }

      String answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(uri.resolve("/api/run")).build(), BodyHandlers.ofString())
              .body();

      assertThat(answer).startsWith("{");
    } finally {
      for (Socket socket : half) {
        socket.close();
      }
      page.destroy();
    }
  }

  /** A page in a process of its own, since the limits of the server hold for a whole process. */
  static final class Served {

    private Served() {}

    public static void main(String[] arguments) throws Exception {
      Pictures pictures = new Pictures(unreachable(), JobConfig.Registry.none());
      System.out.println(new PageServer(new LiveRun(), pictures, "localhost", 0).uri());
    }
  }

  /** Settings of a client that is never used. */
  private static Properties unreachable() {
    Properties clients = new Properties();
    clients.put("bootstrap.servers", "localhost:1");
    return clients;
  }

  private static String run(PageServer server) throws Exception {
    return get(server, "/api/run").body();
  }

  private static HttpResponse<String> get(PageServer server, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(server.uri().resolve(path)).build(), BodyHandlers.ofString());
  }
}

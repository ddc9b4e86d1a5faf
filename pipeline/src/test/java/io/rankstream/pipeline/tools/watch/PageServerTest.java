package io.rankstream.pipeline.tools.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.config.JobConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Properties;
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

  /** Settings of a client that is never used. */
  private static Properties unreachable() {
    Properties clients = new Properties();
    clients.put("bootstrap.servers", "localhost:1");
    return clients;
  }

  private static String run(PageServer server) throws Exception {
    URI uri = server.uri().resolve("/api/run");
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }
}

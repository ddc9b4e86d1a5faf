package io.rankstream.pipeline.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** How a running job does, as Flink's REST interface tells. */
public final class JobHealth {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final URI flink;

  /**
   * What the job has been through.
   *
   * @param state Flink's word for its state
   * @param restarts times that it was restarted
   * @param heapBytes heap in use over all task managers
   */
  public record Figures(String state, long restarts, long heapBytes) {}

  /**
   * @param flink address of Flink's REST interface
   */
  public JobHealth(URI flink) {
    this.flink = flink;
  }

  /** The figures of the newest job, or empty when Flink does not answer or runs none. */
  public Optional<Figures> ask() throws InterruptedException {
    try {
      String newest = null;
      String state = null;
      long started = -1;
      for (JsonNode job : get("/jobs/overview").path("jobs")) {
        if (job.path("start-time").asLong() > started) {
          started = job.path("start-time").asLong();
          newest = job.path("jid").asText();
          state = job.path("state").asText();
        }
      }
      if (newest == null) {
        return Optional.empty();
      }

      long restarts = metric("/jobs/" + newest + "/metrics", "numRestarts");
      long heap = 0;
      for (JsonNode manager : get("/taskmanagers").path("taskmanagers")) {
        heap +=
            metric(
                "/taskmanagers/" + manager.path("id").asText() + "/metrics",
                "Status.JVM.Memory.Heap.Used");
      }
      return Optional.of(new Figures(state, restarts, heap));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private long metric(String path, String name) throws IOException, InterruptedException {
    JsonNode answer = get(path + "?get=" + name);
    return answer.isEmpty() ? 0 : (long) answer.get(0).path("value").asDouble();
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(flink.resolve(path)).timeout(PATIENCE).build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("Flink answers %d to %s".formatted(response.statusCode(), path));
    }

    return JSON.readTree(response.body());
  }
}

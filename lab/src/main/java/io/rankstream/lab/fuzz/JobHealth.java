package io.rankstream.lab.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.lab.local.FlinkRest;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/** How a running job does, as Flink's REST interface tells. */
public final class JobHealth {

  private final FlinkRest flink;

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
    this.flink = new FlinkRest(flink);
  }

  /** The figures of the newest job, or empty when Flink does not answer or runs none. */
  public Optional<Figures> ask() throws InterruptedException {
    try {
      String newest = null;
      String state = null;
      long started = -1;
      for (JsonNode job : flink.get("/jobs/overview").path("jobs")) {
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
      for (JsonNode manager : flink.get("/taskmanagers").path("taskmanagers")) {
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
    JsonNode answer = flink.get(path + "?get=" + name);
    return answer.isEmpty() ? 0 : (long) answer.get(0).path("value").asDouble();
  }
}

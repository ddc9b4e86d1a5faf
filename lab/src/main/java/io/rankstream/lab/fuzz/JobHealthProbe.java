package io.rankstream.lab.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.pipeline.flink.FlinkRest;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;

/** Reads the health of the newest job from Flink's REST interface. */
public final class JobHealthProbe {

  private final FlinkRest flink;

  /**
   * @param flink address of Flink's REST interface
   */
  public JobHealthProbe(URI flink) {
    this.flink = new FlinkRest(flink);
  }

  /** The health of the newest job; empty when Flink does not answer or has no job. */
  public Optional<JobHealth> ask() throws InterruptedException {
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
      return Optional.of(new JobHealth(state, restarts, heapBytes()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private long heapBytes() throws IOException, InterruptedException {
    long heap = 0;
    for (JsonNode manager : flink.get("/taskmanagers").path("taskmanagers")) {
      String path = "/taskmanagers/" + manager.path("id").asText() + "/metrics";
      heap += metric(path, "Status.JVM.Memory.Heap.Used");
    }
    return heap;
  }

  private long metric(String path, String name) throws IOException, InterruptedException {
    JsonNode answer = flink.get(path + "?get=" + name);
    return answer.isEmpty() ? 0 : (long) answer.get(0).path("value").asDouble();
  }
}

package io.rankstream.lab.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.pipeline.flink.FlinkRest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.JobID;

/** A job as Flink's REST interface shows it, while there is a job manager. */
record JobView(FlinkRest rest, JobID id) {

  private static final List<String> ENDS = List.of("FINISHED", "FAILED", "CANCELED");

  /** Flink's word for the state of the job; empty while the job manager does not answer. */
  Optional<String> status() throws InterruptedException {
    return get("/jobs/" + id).map(answer -> answer.path("state").asText());
  }

  /** Whether the job has ended, finished or failed. */
  boolean isOver() throws InterruptedException {
    return status().filter(ENDS::contains).isPresent();
  }

  /** Checkpoints of a kind since the job was submitted, or -1 while unknown. */
  int checkpoints(String kind) throws InterruptedException {
    return get("/jobs/%s/checkpoints".formatted(id))
        .map(answer -> answer.path("counts").path(kind).asInt(-1))
        .orElse(-1);
  }

  /** When the newest completed checkpoint began, in milliseconds of the wall clock; 0 for none. */
  long newestCheckpointBegan() throws InterruptedException {
    return get("/jobs/%s/checkpoints".formatted(id))
        .map(answer -> answer.at("/latest/completed/trigger_timestamp").asLong(0))
        .orElse(0L);
  }

  private Optional<JsonNode> get(String path) throws InterruptedException {
    try {
      return Optional.of(rest.get(path));
    } catch (IOException e) {
      return Optional.empty(); // killed, or not up again yet
    }
  }
}

package io.rankstream.pipeline.flink;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.pipeline.event.OperatorNames;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the progress of a job over Flink's REST interface. */
public final class JobRest {

  /** Ends of names. Of the steps there are also those of each stream, which count the same. */
  private static final List<String> METRICS =
      List.of(
          "numImages",
          "numImagesRepeated",
          OperatorNames.TWO_HEAD_TRAINER + ".numTrainingSteps",
          "numDeadLetters",
          "pendingRecords");

  private static final List<String> SWEEP = List.of("sweepOffsetsRead", "sweepOffsetsTotal");

  private final FlinkRest flink;
  private final String job;

  /**
   * @param flink address of the interface
   * @param job id of the job
   */
  public JobRest(URI flink, String job) {
    this.flink = new FlinkRest(flink);
    this.job = "/jobs/" + job;
  }

  /**
   * What the job has done so far. Flink refreshes its figures every few seconds.
   *
   * @throws IOException when Flink does not answer
   */
  public JobProgress progress() throws IOException, InterruptedException {
    long[] sums = sums(METRICS);
    long checkpoints = get("/checkpoints").path("counts").path("completed").asLong();
    return new JobProgress(sums[0], sums[1], sums[2], sums[3], sums[4], checkpoints);
  }

  /**
   * How far the job has read its input topic again for epochs.
   *
   * @throws IOException when Flink does not answer
   */
  public SweepProgress sweep() throws IOException, InterruptedException {
    long[] sums = sums(SWEEP);
    return new SweepProgress(sums[0], sums[1]);
  }

  private long[] sums(List<String> metrics) throws IOException, InterruptedException {
    long[] sums = new long[metrics.size()];
    for (JsonNode vertex : get("").path("vertices")) {
      String path = "/vertices/%s/subtasks/metrics".formatted(vertex.path("id").asText());
      List<String> names = new ArrayList<>();
      for (JsonNode metric : get(path)) {
        String name = metric.path("id").asText();
        if (metrics.stream().anyMatch(each -> isCalled(each, name))) {
          names.add(name);
        }
      }
      if (!names.isEmpty()) {
        add(path, names, metrics, sums);
      }
    }
    return sums;
  }

  /** The path of the newest complete checkpoint, or empty before the first. */
  public Optional<String> newestCheckpoint() throws IOException, InterruptedException {
    JsonNode latest = get("/checkpoints").path("latest").path("completed").path("external_path");
    return latest.isTextual() ? Optional.of(latest.asText()) : Optional.empty();
  }

  private void add(String path, List<String> names, List<String> metrics, long[] sums)
      throws IOException, InterruptedException {
    String query =
        names.stream()
            .map(name -> URLEncoder.encode(name, StandardCharsets.UTF_8))
            .collect(Collectors.joining(","));
    for (JsonNode metric : get(path + "?agg=sum&get=" + query)) {
      String name = metric.path("id").asText();
      for (int i = 0; i < sums.length; i++) {
        if (isCalled(metrics.get(i), name)) {
          sums[i] += metric.path("sum").asLong();
        }
      }
    }
  }

  /** Whether a name, which begins with that of the operator, is that of a metric. */
  static boolean isCalled(String metric, String name) {
    return name.equals(metric) || name.endsWith("." + metric);
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return flink.get(job + path);
  }
}

package io.rankstream.lab.chaos;

import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The training steps of each stream, by lineage. A lineage that begins with the step after the last
 * one goes on with the timeline of the model: the job was started again from where it was. One that
 * begins with another step begins a timeline: the job went back to an older state, or began anew.
 * What came once in each timeline is no double.
 *
 * <p>The steps must be given in their order, and before {@link #of} is asked.
 */
final class Timelines {

  private final Map<String, OfStream> streams = new TreeMap<>();
  private final List<String> gaps = new ArrayList<>();
  private final List<String> repeats = new ArrayList<>();
  private final List<String> rollbacks = new ArrayList<>();

  /** Takes the metrics of a step, which must follow the step before in its lineage. */
  void add(TrainingMetrics metrics) {
    String stream = metrics.getStream();
    long step = metrics.getStep();
    OfStream known = streams.computeIfAbsent(stream, name -> new OfStream());
    long last = known.lastBefore(metrics.getLineage());
    if (step > last) {
      if (step > last + 1) {
        gaps.add("%s steps %d to %d".formatted(stream, last + 1, step - 1));
      }
      known.take(metrics.getLineage(), step, false);
    } else if (known.lastSteps.containsKey(metrics.getLineage())) {
      repeats.add("%s step %d".formatted(stream, step));
    } else {
      rollbacks.add("%s from step %d to %d".formatted(stream, last, step - 1));
      known.take(metrics.getLineage(), step, true);
    }
  }

  /**
   * Names the timeline that a lineage belongs to. A lineage without any step belongs to that of the
   * lineage before it.
   *
   * @return the lineage that began it, or an empty text for the first timeline
   */
  String of(String stream, String lineage) {
    OfStream known = streams.get(stream);
    Map.Entry<String, String> began = known == null ? null : known.began.floorEntry(lineage);
    return began == null ? "" : began.getValue();
  }

  /** Last step of each stream. */
  Map<String, Long> lastSteps() {
    Map<String, Long> steps = new TreeMap<>();
    streams.forEach((stream, known) -> steps.put(stream, known.last));
    return steps;
  }

  /** Steps that are left out. */
  List<String> gaps() {
    return gaps;
  }

  /** Steps that a lineage has twice. */
  List<String> repeats() {
    return repeats;
  }

  /** Where a lineage began before the last step of the stream. */
  List<String> rollbacks() {
    return rollbacks;
  }

  private static final class OfStream {

    /** Last step by lineage. */
    private final Map<String, Long> lastSteps = new HashMap<>();

    /** By lineage, the lineage that began the timeline; lineages sort by their birth. */
    private final TreeMap<String, String> began = new TreeMap<>();

    private String timeline = "";
    private long last;

    /** The step that the next one of a lineage must follow. */
    long lastBefore(String lineage) {
      return lastSteps.getOrDefault(lineage, last);
    }

    void take(String lineage, long step, boolean wentBack) {
      if (wentBack) {
        timeline = lineage;
      }
      began.putIfAbsent(lineage, timeline);
      lastSteps.put(lineage, step);
      last = step;
    }
  }
}

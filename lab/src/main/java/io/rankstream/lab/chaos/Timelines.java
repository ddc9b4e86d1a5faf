package io.rankstream.lab.chaos;

import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The training steps of each stream, by lineage. A lineage that begins with a step that the stream
 * does not have goes on with the timeline of the model: the job was started again from where it
 * was. One that begins with a step that is there begins a timeline: the job went back to an older
 * state, or began anew. What came once in each timeline is no double.
 *
 * <p>The steps of a model with replicas come side by side, so that within a timeline their order
 * says nothing. All steps must be given, in the order of the topic, before the results are asked
 * for.
 */
final class Timelines {

  private final Map<String, OfStream> streams = new TreeMap<>();
  private final List<String> repeats = new ArrayList<>();
  private final List<String> rollbacks = new ArrayList<>();

  /** Takes the metrics of a step. */
  void add(TrainingMetrics metrics) {
    String stream = metrics.getStream();
    String lineage = metrics.getLineage();
    long step = metrics.getStep();
    OfStream known = streams.computeIfAbsent(stream, name -> new OfStream());
    boolean isNewLineage = !known.lineages.containsKey(lineage);
    if (known.timelineOf(lineage).add(step)) {
      return;
    }

    if (isNewLineage) {
      rollbacks.add("%s from step %d to %d".formatted(stream, known.newest.last(), step - 1));
      known.goBack(lineage, step);
    } else {
      repeats.add("%s step %d".formatted(stream, step));
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
    streams.forEach((stream, known) -> steps.put(stream, known.newest.last()));
    return steps;
  }

  /** Steps that are left out. */
  List<String> gaps() {
    Set<String> gaps = new LinkedHashSet<>(); // a timeline has those of the one before it
    streams.forEach(
        (stream, known) ->
            known.timelines.forEach(
                steps ->
                    steps
                        .gaps()
                        .forEach(
                            gap ->
                                gaps.add(
                                    "%s steps %d to %d"
                                        .formatted(stream, gap.first(), gap.last())))));
    return List.copyOf(gaps);
  }

  /** Steps that a timeline has twice. */
  List<String> repeats() {
    return repeats;
  }

  /** Where a lineage began with a step that the stream had. */
  List<String> rollbacks() {
    return rollbacks;
  }

  private static final class OfStream {

    private final List<StepSet> timelines = new ArrayList<>();

    /** Timeline by lineage. */
    private final Map<String, StepSet> lineages = new HashMap<>();

    /** By lineage, the lineage that began the timeline; lineages sort by their birth. */
    private final TreeMap<String, String> began = new TreeMap<>();

    private StepSet newest = new StepSet();
    private String name = "";

    private OfStream() {
      timelines.add(newest);
    }

    /** The timeline of a lineage; a new one goes on with the newest. */
    StepSet timelineOf(String lineage) {
      began.putIfAbsent(lineage, name);
      return lineages.computeIfAbsent(lineage, any -> newest);
    }

    /** Begins a timeline with a lineage that takes a step again. */
    void goBack(String lineage, long step) {
      newest = newest.before(step);
      newest.add(step);
      timelines.add(newest);
      name = lineage;
      lineages.put(lineage, newest);
      began.put(lineage, name);
    }
  }
}

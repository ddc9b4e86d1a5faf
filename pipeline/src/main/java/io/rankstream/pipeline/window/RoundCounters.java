package io.rankstream.pipeline.window;

import java.util.ArrayList;
import java.util.List;

/**
 * The rounds of one stream's replicas, as far as batches were dealt. A mutable bean; its name is
 * part of savepoints.
 */
public final class RoundCounters {

  /** Number of the present round. */
  public long index;

  /** Number of the first batch of the present round. */
  public long first;

  /** Replicas of the present round; 0 before the first. */
  public int replicas;

  /** Batches of each replica in the present round. */
  public int steps;

  /** Distinct labels of the latest batches of the round, at most R - 1 of them, oldest first. */
  public String[][] recent = {};

  /** Processing time at which the round ends if no batch comes; 0 when there is no timer. */
  public long timer;

  /** Processing time of the latest batch. */
  public long lastBatch;

  /** Starts the next round. */
  void next(long firstBatch, int newReplicas, int newSteps) {
    index++;
    first = firstBatch;
    replicas = newReplicas;
    steps = newSteps;
    recent = new String[0][];
  }

  /** The model goes on without replicas. */
  void end() {
    next(0, 0, 0);
  }

  /** Whether batches of the present round were dealt. */
  boolean isOpen(long batches) {
    return replicas > 0 && batches > first;
  }

  /** Counters that go on from here by themselves. */
  RoundCounters copy() {
    RoundCounters copy = new RoundCounters();
    copy.index = index;
    copy.first = first;
    copy.replicas = replicas;
    copy.steps = steps;
    copy.recent = recent; // never changed in place
    copy.timer = timer;
    copy.lastBatch = lastBatch;
    return copy;
  }

  /** Labels of the latest batches of the round. */
  List<String> labels() {
    List<String> labels = new ArrayList<>();
    for (String[] ofBatch : recent) {
      labels.addAll(List.of(ofBatch));
    }
    return labels;
  }

  /** Remembers the labels of a batch. */
  void remember(String[] labels) {
    int kept = Math.min(recent.length, Math.max(0, replicas - 2));
    String[][] latest = new String[Math.min(kept + 1, Math.max(0, replicas - 1))][];
    for (int i = 0; i < latest.length - 1; i++) {
      latest[i] = recent[recent.length - kept + i];
    }
    if (latest.length > 0) {
      latest[latest.length - 1] = labels;
    }
    recent = latest;
  }
}

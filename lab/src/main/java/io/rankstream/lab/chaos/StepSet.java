package io.rankstream.lab.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * A set of training steps, from 1. Replicas of a model take their steps side by side, so that the
 * steps come in order but for the last few; only those need memory of their own.
 */
final class StepSet {

  private long end = 1; // all steps before it are in the set
  private final TreeSet<Long> later = new TreeSet<>();

  /**
   * A range of steps.
   *
   * @param first first step, inclusive
   * @param last last step, inclusive
   */
  record Range(long first, long last) {}

  /**
   * Adds a step.
   *
   * @return whether the set did not have it
   */
  boolean add(long step) {
    if (step < end || !later.add(step)) {
      return false;
    }

    while (later.remove(end)) {
      end++;
    }
    return true;
  }

  boolean contains(long step) {
    return step < end || later.contains(step);
  }

  /** The last step; 0 for none. */
  long last() {
    return later.isEmpty() ? end - 1 : later.last();
  }

  /** A new set of the steps before another one. */
  StepSet before(long step) {
    StepSet before = new StepSet();
    before.end = Math.min(end, step);
    before.later.addAll(later.headSet(step));
    return before;
  }

  /** The steps before the last one that are not in the set. */
  List<Range> gaps() {
    List<Range> gaps = new ArrayList<>();
    long next = end;
    for (long step : later) {
      if (step > next) {
        gaps.add(new Range(next, step - 1));
      }
      next = step + 1;
    }
    return gaps;
  }
}

package io.rankstream.model.evaluation;

import java.util.OptionalDouble;

/**
 * A sum of recalls to which recalls are added and from which they are taken again. It counts in
 * steps of 2⁻⁴⁰, in whole numbers: the sum of the same recalls is the same, whatever came and went
 * before, so a model that is restored goes on with equal figures.
 */
final class RecallSum {

  private static final double STEPS = 1L << 40;

  private long sum;
  private int count;

  void add(double recall) {
    sum += steps(recall);
    count++;
  }

  /** Takes away a recall that was added. */
  void subtract(double recall) {
    sum -= steps(recall);
    count--;
  }

  /** The mean, exact to 2⁻⁴⁰; empty without recalls. */
  OptionalDouble mean() {
    return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / STEPS / count);
  }

  private static long steps(double recall) {
    return Math.round(recall * STEPS);
  }
}

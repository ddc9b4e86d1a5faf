package io.rankstream.model.image;

import java.util.Arrays;

/** The weights of a triangle filter between two lengths, in units of 1 / 2048. */
final class TriangleFilter {

  static final int WEIGHT_BITS = 11;

  private final int taps;
  private final int[] first;

  /** For each tap, its weight in each result. */
  private final long[][] weights;

  TriangleFilter(int from, int to) {
    double scale = (double) from / to;
    double support = Math.max(1, scale);
    taps = Math.min(from, (int) Math.ceil(2 * support));
    first = new int[to];
    weights = new long[taps][to];
    double[] exact = new double[taps];
    for (int i = 0; i < to; i++) {
      double center = (i + 0.5) * scale;
      first[i] = Math.max(0, Math.min(from - taps, (int) (center - support + 0.5)));
      double sum = 0;
      for (int j = 0; j < taps; j++) {
        double distance = Math.abs(first[i] + j + 0.5 - center);
        exact[j] = Math.max(0, 1 - distance / support);
        sum += exact[j];
      }

      // The running sum is rounded, not each weight: so all weights together are exactly 1.
      double running = 0;
      long given = 0;
      for (int j = 0; j < taps; j++) {
        running += exact[j];
        long all = Math.round(running / sum * (1 << WEIGHT_BITS));
        weights[j][i] = all - given;
        given = all;
      }
    }
  }

  int first(int i) {
    return first[i];
  }

  int last(int i) {
    return first[i] + taps - 1;
  }

  int weight(int i, int tap) {
    return (int) weights[tap][i];
  }

  /**
   * Computes the weighted sums for all results.
   *
   * @param start added to each
   */
  void sum(long[] values, long start, long[] sums) {
    Arrays.fill(sums, start);
    int tap = 0;
    for (; tap + 5 <= taps; tap += 5) { // the taps of an image of 500 pixels at 224
      addFive(tap, values, sums);
    }
    for (; tap + 3 <= taps; tap += 3) {
      addThree(tap, values, sums);
    }
    for (; tap < taps; tap++) {
      addOne(tap, values, sums);
    }
  }

  // Several taps at once: each result is then loaded and stored once for all of them.

  private void addFive(int tap, long[] values, long[] sums) {
    long[] weight0 = weights[tap];
    long[] weight1 = weights[tap + 1];
    long[] weight2 = weights[tap + 2];
    long[] weight3 = weights[tap + 3];
    long[] weight4 = weights[tap + 4];
    for (int i = 0; i < sums.length; i++) {
      int at = first[i] + tap;
      sums[i] +=
          weight0[i] * values[at]
              + weight1[i] * values[at + 1]
              + weight2[i] * values[at + 2]
              + weight3[i] * values[at + 3]
              + weight4[i] * values[at + 4];
    }
  }

  private void addThree(int tap, long[] values, long[] sums) {
    long[] weight0 = weights[tap];
    long[] weight1 = weights[tap + 1];
    long[] weight2 = weights[tap + 2];
    for (int i = 0; i < sums.length; i++) {
      int at = first[i] + tap;
      sums[i] +=
          weight0[i] * values[at] + weight1[i] * values[at + 1] + weight2[i] * values[at + 2];
    }
  }

  private void addOne(int tap, long[] values, long[] sums) {
    long[] weight = weights[tap];
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight[i] * values[first[i] + tap];
    }
  }

  /** The largest number of results that one position is a part of. */
  int mostAtOnce() {
    int most = 1;
    int oldest = 0;
    for (int i = 0; i < first.length; i++) {
      while (last(oldest) < first[i]) {
        oldest++;
      }
      most = Math.max(most, i - oldest + 1);
    }

    return most;
  }
}

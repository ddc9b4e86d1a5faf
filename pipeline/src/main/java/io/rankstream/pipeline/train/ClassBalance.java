package io.rankstream.pipeline.train;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/** Measures the class balance of the last images. Thread-safe. */
final class ClassBalance {

  private final int window;
  private final Queue<String> labels = new ArrayDeque<>();
  private final Map<String, Integer> counts = new HashMap<>();

  /**
   * @param window number of images
   */
  ClassBalance(int window) {
    this.window = window;
  }

  synchronized void add(String label) {
    labels.add(label);
    counts.merge(label, 1, Integer::sum);
    if (labels.size() > window) {
      counts.computeIfPresent(labels.remove(), (each, count) -> count == 1 ? null : count - 1);
    }
  }

  /** Images of the most frequent class divided by those of the rarest; NaN without images. */
  synchronized double ratio() {
    int most = 0;
    int least = Integer.MAX_VALUE;
    for (int count : counts.values()) {
      most = Math.max(most, count);
      least = Math.min(least, count);
    }

    return counts.isEmpty() ? Double.NaN : (double) most / least;
  }
}

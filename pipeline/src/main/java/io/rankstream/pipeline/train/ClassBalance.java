package io.rankstream.pipeline.train;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;

/** How balanced the classes of the last images are. Safe for a reader in another thread. */
final class ClassBalance {

  private final int window;
  private final Queue<String> labels = new ArrayDeque<>();
  private final Map<String, Integer> counts = new HashMap<>();

  /**
   * @param window images that count
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

  /** Images of the most frequent class over those of the least frequent one; NaN without any. */
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

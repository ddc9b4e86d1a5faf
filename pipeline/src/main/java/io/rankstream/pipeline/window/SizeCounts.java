package io.rankstream.pipeline.window;

import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How many classes have how many bytes. The images of a job are of one size, so there are few
 * different numbers, however many classes there are.
 */
final class SizeCounts {

  private final NavigableMap<Long, Integer> classes = new TreeMap<>();

  /** Counts a class anew after a change of its ledger; null for a class that is not there. */
  void move(ClassLedger before, ClassLedger after) {
    if (before != null && after != null && before.bytes() == after.bytes()) {
      return;
    }
    if (before != null) {
      classes.computeIfPresent(before.bytes(), (bytes, count) -> count == 1 ? null : count - 1);
    }
    if (after != null) {
      classes.merge(after.bytes(), 1, Integer::sum);
    }
  }

  /** Bytes of the class with the most, or 0. */
  long largest() {
    return classes.isEmpty() ? 0 : classes.lastKey();
  }

  /** Bytes of the class with the least, or 0. */
  long smallest() {
    return classes.isEmpty() ? 0 : classes.firstKey();
  }
}

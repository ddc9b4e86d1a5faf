package io.rankstream.pipeline.tools.watch;

import java.util.BitSet;

/**
 * Set of the offsets of a partition that were seen. An embedding of a replayed image has the offset
 * of its first one, so the set separates new images from replayed ones. It remembers a bounded
 * range below the highest offset; older offsets count as seen.
 */
final class SeenOffsets {

  private static final int WINDOW = 1 << 18;

  private final BitSet met = new BitSet(WINDOW);
  private long next;

  /** Adds an offset and returns whether it is new. */
  boolean add(long offset) {
    if (offset < next - WINDOW) {
      return false;
    }
    if (offset >= next + WINDOW) {
      met.clear();
      next = offset;
    }

    for (; next <= offset; next++) {
      met.clear(place(next));
    }
    boolean first = !met.get(place(offset));
    met.set(place(offset));
    return first;
  }

  private static int place(long offset) {
    return (int) (offset % WINDOW);
  }
}

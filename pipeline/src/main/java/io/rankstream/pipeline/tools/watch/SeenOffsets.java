package io.rankstream.pipeline.tools.watch;

import java.util.BitSet;

/**
 * Which offsets of a partition have been met. A replayed image comes again with the offset that it
 * had, so this tells new images from replayed ones. Remembers a bounded stretch before the highest
 * offset; what is older counts as met.
 */
final class SeenOffsets {

  private static final int WINDOW = 1 << 18;

  private final BitSet met = new BitSet(WINDOW);
  private long next;

  /** Meets an offset; returns whether it is the first time. */
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

package io.rankstream.pipeline.tools.watch;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Numbers of the colours of classes. A class keeps its number while the page is served, and mostly
 * has the same one after a restart, since the number comes from its name: the first classes move on
 * to a free number when theirs is taken, the later ones share. In bounded memory; not thread-safe.
 */
final class ClassColours {

  /** Colours of the page; {@code page.js} has as many. */
  static final int COLOURS = 12;

  private final BitSet taken = new BitSet(COLOURS);
  private final Map<String, Integer> moved = new HashMap<>();

  /** The number of a class, from 0 to {@link #COLOURS} - 1. */
  int of(String name) {
    Integer known = moved.get(name);
    if (known != null) {
      return known;
    }

    int own = Math.floorMod(name.hashCode() * 0x9E3779B1, COLOURS); // spreads class-1, class-2, …
    if (taken.cardinality() == COLOURS) {
      return own;
    }
    int free = taken.nextClearBit(own);
    free = free < COLOURS ? free : taken.nextClearBit(0);
    taken.set(free);
    moved.put(name, free);
    return free;
  }
}

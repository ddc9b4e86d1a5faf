package io.rankstream.pipeline.window;

import java.util.Comparator;
import java.util.NavigableSet;

/**
 * Place of a class in an order of the classes of a stream.
 *
 * @param rank what the order is by
 * @param ordinal decides between equal ranks; no two classes share one
 * @param label the class
 */
record Place(long rank, int ordinal, String label) implements Comparable<Place> {

  private static final Comparator<Place> ORDER =
      Comparator.comparingLong(Place::rank).thenComparingInt(Place::ordinal);

  @Override
  public int compareTo(Place other) {
    return ORDER.compare(this, other);
  }

  /** Moves a class within an order; null stands for not being in it. */
  static void move(NavigableSet<Place> order, Place from, Place to) {
    if (from != null && to != null && from.compareTo(to) == 0) {
      return;
    }
    if (from != null) {
      order.remove(from);
    }
    if (to != null) {
      order.add(to);
    }
  }
}

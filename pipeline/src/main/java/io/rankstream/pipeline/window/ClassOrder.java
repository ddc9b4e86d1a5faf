package io.rankstream.pipeline.window;

import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/** An order of the classes of a stream, or of some of them. A change costs O(log classes). */
final class ClassOrder {

  private final Predicate<ClassLedger> members;
  private final ToLongFunction<ClassLedger> rank;
  private final NavigableSet<Place> places = new TreeSet<>();

  /**
   * @param members which classes are in the order
   * @param rank what the order is by
   */
  ClassOrder(Predicate<ClassLedger> members, ToLongFunction<ClassLedger> rank) {
    this.members = members;
    this.rank = rank;
  }

  /**
   * Moves a class to its place after a change of its ledger; null for a class that is not there.
   */
  void move(String label, ClassLedger before, ClassLedger after) {
    boolean wasIn = before != null && members.test(before);
    boolean isIn = after != null && members.test(after);
    if (wasIn && isIn && rank.applyAsLong(before) == rank.applyAsLong(after)) {
      return;
    }
    if (wasIn) {
      places.remove(place(label, before));
    }
    if (isIn) {
      places.add(place(label, after));
    }
  }

  /** The class of the lowest rank, or null. */
  Place first() {
    return places.isEmpty() ? null : places.first();
  }

  /** The class of the highest rank, or null. */
  Place last() {
    return places.isEmpty() ? null : places.last();
  }

  /** All classes; not to be changed. */
  NavigableSet<Place> places() {
    return places;
  }

  private Place place(String label, ClassLedger ledger) {
    return new Place(rank.applyAsLong(ledger), ledger.ordinal(), label);
  }
}

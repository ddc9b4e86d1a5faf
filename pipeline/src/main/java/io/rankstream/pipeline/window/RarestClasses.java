package io.rankstream.pipeline.window;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The rarest quarter of the classes that are ready, by their distinct images, and how often these
 * images were trained on. A change of a class costs O(log classes), the answer nothing.
 */
final class RarestClasses {

  private static final int ONE_IN = 4;

  // Every one of the first comes before every one of the second.
  private final NavigableSet<Place> rarest = new TreeSet<>();
  private final NavigableSet<Place> others = new TreeSet<>();
  private final Map<String, Long> trained = new HashMap<>();
  private long images;
  private long places;

  /** Takes note of a change of a ledger; null for a class that is not there. */
  void update(String label, ClassLedger before, ClassLedger after) {
    boolean wasIn = before != null && before.isReady();
    boolean isIn = after != null && after.isReady();
    if (wasIn
        && isIn
        && before.distinct() == after.distinct()
        && before.trained() == after.trained()) {
      return;
    }
    if (wasIn) {
      remove(place(label, before));
    }
    if (isIn) {
      add(place(label, after), after.trained());
    }

    int size = (rarest.size() + others.size() + ONE_IN - 1) / ONE_IN;
    while (rarest.size() > size) {
      Place last = rarest.pollLast();
      count(last, -1);
      others.add(last);
    }
    while (rarest.size() < size) {
      Place first = others.pollFirst();
      count(first, 1);
      rarest.add(first);
    }
  }

  /** Places in batches for each distinct image of the rarest quarter of the classes. */
  double repeats() {
    return (double) places / Math.max(1, images);
  }

  private void add(Place place, long times) {
    trained.put(place.label(), times);
    if (!rarest.isEmpty() && place.compareTo(rarest.last()) < 0) {
      rarest.add(place);
      count(place, 1);
    } else {
      others.add(place);
    }
  }

  private void remove(Place place) {
    if (rarest.remove(place)) {
      count(place, -1);
    } else {
      others.remove(place);
    }
    trained.remove(place.label());
  }

  private void count(Place place, int sign) {
    images += sign * place.rank();
    places += sign * trained.get(place.label());
  }

  private static Place place(String label, ClassLedger ledger) {
    return new Place(ledger.distinct(), ledger.ordinal(), label);
  }
}

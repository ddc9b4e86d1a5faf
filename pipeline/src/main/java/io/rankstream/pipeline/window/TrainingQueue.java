package io.rankstream.pipeline.window;

import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The classes of one stream in the order in which they were trained, the one trained longest ago
 * first, so that a batch is chosen without a look at every class.
 *
 * <p>It is derived from the ledgers, which are in the window's state, and made from them anew after
 * a restart: it holds nothing that a checkpoint would have to keep. A change costs O(log classes).
 */
final class TrainingQueue {

  private static final Comparator<Place> LONGEST_AGO_FIRST =
      Comparator.comparingLong(Place::lastTrained).thenComparingInt(Place::ordinal);

  /** Where a class stands; no two classes share an ordinal. */
  private record Place(long lastTrained, int ordinal, String label) {}

  /** Classes in order, and those of them that have fresh images. */
  private static final class Line {

    private final NavigableSet<Place> all = new TreeSet<>(LONGEST_AGO_FIRST);
    private final NavigableSet<Place> withFresh = new TreeSet<>(LONGEST_AGO_FIRST);

    void add(Place place, ClassLedger ledger) {
      all.add(place);
      if (ledger.fresh() > 0) {
        withFresh.add(place);
      }
    }

    void remove(Place place) {
      all.remove(place);
      withFresh.remove(place);
    }
  }

  private final int imagesPerClass;
  private final Line ready = new Line();
  private final Line available = new Line();

  /**
   * @param ledgers the classes so far
   * @param imagesPerClass K
   */
  TrainingQueue(Iterable<Map.Entry<String, ClassLedger>> ledgers, int imagesPerClass) {
    this.imagesPerClass = imagesPerClass;
    for (Map.Entry<String, ClassLedger> entry : ledgers) {
      add(entry.getKey(), entry.getValue());
    }
  }

  /** Follows a change of a class. */
  void update(String label, ClassLedger before, ClassLedger after) {
    if (!standsTheSame(before, after)) {
      Place old = place(label, before);
      ready.remove(old);
      available.remove(old);
      add(label, after);
    }
  }

  /** The classes that a full batch takes: see {@link ClassChooser}. */
  List<String> chooseReady(ClassChooser chooser) {
    return choose(ready, chooser);
  }

  /** The classes that a batch takes when its time is up: any that have an image. */
  List<String> chooseAvailable(ClassChooser chooser) {
    return choose(available, chooser);
  }

  private static List<String> choose(Line line, ClassChooser chooser) {
    NavigableSet<Place> chosen = new TreeSet<>(LONGEST_AGO_FIRST);
    line.withFresh.stream().limit(chooser.freshClasses()).forEach(chosen::add);
    Iterator<Place> others = line.all.iterator();
    while (chosen.size() < chooser.classes() && others.hasNext()) {
      chosen.add(others.next());
    }

    return chosen.stream().map(Place::label).toList();
  }

  private void add(String label, ClassLedger ledger) {
    Place place = place(label, ledger);
    if (ledger.isReady(imagesPerClass)) {
      ready.add(place, ledger);
    }
    if (ledger.available() > 0) {
      available.add(place, ledger);
    }
  }

  private boolean standsTheSame(ClassLedger before, ClassLedger after) {
    return before.lastTrained() == after.lastTrained()
        && before.isReady(imagesPerClass) == after.isReady(imagesPerClass)
        && (before.available() > 0) == (after.available() > 0)
        && (before.fresh() > 0) == (after.fresh() > 0);
  }

  private static Place place(String label, ClassLedger ledger) {
    return new Place(ledger.lastTrained(), ledger.ordinal(), label);
  }
}

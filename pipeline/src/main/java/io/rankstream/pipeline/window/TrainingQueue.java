package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The classes of one stream in the order in which they were trained, the one trained longest ago
 * first. A batch takes classes from the front, so that a class with 0.1 % of the traffic is trained
 * as often as the others. {@code batch.fresh-classes} of its places are filled first from the
 * classes with fresh images, so that new images are not crowded out when thousands of silent
 * classes wait for their replay.
 *
 * <p>The queue is derived from the ledgers in the window's state and rebuilt from them after a
 * restart; it is not part of a checkpoint. Choosing a batch does not look at every class, and a
 * change costs O(log classes).
 */
final class TrainingQueue {

  private static final Comparator<Place> LONGEST_AGO_FIRST =
      Comparator.comparingLong(Place::lastTrained).thenComparingInt(Place::ordinal);

  /** Position of a class in the order; no two classes share an ordinal. */
  private record Place(long lastTrained, int ordinal, String label) {}

  /** Classes in order, and the subset with fresh images. */
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

  private final int classes;
  private final int freshClasses;
  private final int imagesPerClass;
  private final Line ready = new Line();
  private final Line available = new Line();

  /**
   * @param batch P, K and the places for classes with fresh images
   * @param ledgers the classes so far
   */
  TrainingQueue(JobConfig.Batch batch, Iterable<Map.Entry<String, ClassLedger>> ledgers) {
    this.classes = batch.classes();
    this.freshClasses = batch.freshClasses();
    this.imagesPerClass = batch.imagesPerClass();
    for (Map.Entry<String, ClassLedger> entry : ledgers) {
      add(entry.getKey(), entry.getValue());
    }
  }

  /** Moves a class to its new position after a change of its ledger. */
  void update(String label, ClassLedger before, ClassLedger after) {
    if (!keepsItsPlace(before, after)) {
      Place old = place(label, before);
      ready.remove(old);
      available.remove(old);
      add(label, after);
    }
  }

  /** The classes of a full batch: up to P that are ready. */
  List<String> chooseReady() {
    return choose(ready);
  }

  /** The classes of a batch whose deadline has passed: up to P that have any image. */
  List<String> chooseAvailable() {
    return choose(available);
  }

  private List<String> choose(Line line) {
    NavigableSet<Place> chosen = new TreeSet<>(LONGEST_AGO_FIRST);
    line.withFresh.stream().limit(freshClasses).forEach(chosen::add);
    Iterator<Place> others = line.all.iterator();
    while (chosen.size() < classes && others.hasNext()) {
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

  private boolean keepsItsPlace(ClassLedger before, ClassLedger after) {
    return before.lastTrained() == after.lastTrained()
        && before.isReady(imagesPerClass) == after.isReady(imagesPerClass)
        && (before.available() > 0) == (after.available() > 0)
        && (before.fresh() > 0) == (after.fresh() > 0);
  }

  private static Place place(String label, ClassLedger ledger) {
    return new Place(ledger.lastTrained(), ledger.ordinal(), label);
  }
}

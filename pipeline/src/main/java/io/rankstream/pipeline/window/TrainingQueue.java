package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The classes of one stream that training may take, in the order in which they were trained, the
 * one trained longest ago first. A batch takes classes from the front, so that a class with 0.1 %
 * of the traffic is trained as often as the others. {@code batch.fresh-classes} of its places are
 * filled first from the classes with fresh images, so that new images are not crowded out when
 * thousands of silent classes wait for their replay.
 *
 * <p>With {@code batch.balance} above 0, due batches follow the {@linkplain TrafficChoice traffic}
 * instead, and only batches that a deadline asks for follow the order. With {@code auto} a
 * {@linkplain BalanceDial dial} tells how far.
 *
 * <p>Choosing a batch by the order does not look at every class, and a change costs O(log classes).
 */
final class TrainingQueue {

  private final int classes;
  private final int freshClasses;
  private final TrafficChoice byTraffic; // null where all classes are equal
  private final BalanceDial dial; // null where the balance is fixed
  private final double fixedBalance;
  private final ClassOrder all = new ClassOrder(ClassLedger::isReady, ClassLedger::lastTrained);
  private final ClassOrder withFresh =
      new ClassOrder(ledger -> ledger.isReady() && ledger.fresh() > 0, ClassLedger::lastTrained);

  /**
   * @param batch P, the places for classes with fresh images, and the balance
   */
  TrainingQueue(JobConfig.Batch batch) {
    this.classes = batch.classes();
    this.freshClasses = batch.freshClasses();
    dial = batch.balance().auto() ? new BalanceDial(batch.balance().maxRepeats()) : null;
    fixedBalance = batch.balance().exponent();
    byTraffic = dial != null || fixedBalance > 0 ? new TrafficChoice() : null;
  }

  /**
   * Moves a class to its place after a change of its ledger; null for a class that is not there.
   */
  void update(String label, ClassLedger before, ClassLedger after) {
    all.move(label, before, after);
    withFresh.move(label, before, after);
    if (byTraffic != null) {
      byTraffic.update(label, before, after);
    }
    if (dial != null) {
      dial.update(label, before, after);
    }
  }

  /**
   * The exponent γ of the traffic for the next batch that is due, 0 to 1.
   *
   * @param before that of the batch before
   */
  double balance(double before) {
    return dial == null ? fixedBalance : dial.turn(before);
  }

  /** Classes that are ready. */
  int ready() {
    return all.places().size();
  }

  /**
   * The classes of a batch that is due: up to P. Where the choice follows the traffic there are P,
   * and a class comes as often as it has places; at least two differ if two are ready.
   *
   * @param batch number of the batch
   * @param balance exponent γ of the traffic, as {@link #balance} tells
   */
  List<String> choose(long batch, double balance) {
    if (balance == 0) {
      return choose(freshClasses);
    }

    List<String> chosen = byTraffic.choose(balance, classes, batch);
    if (ready() > 1 && chosen.stream().distinct().count() == 1) {
      chosen.set(chosen.size() - 1, longestAgoWithout(chosen.get(0)));
    }
    return chosen;
  }

  /** The same, with as many classes with fresh images as there are. */
  List<String> chooseFreshFirst() {
    return choose(classes);
  }

  private String longestAgoWithout(String label) {
    return all.places().stream()
        .map(Place::label)
        .filter(other -> !other.equals(label))
        .findFirst()
        .orElseThrow();
  }

  private List<String> choose(int freshPlaces) {
    NavigableSet<Place> chosen = new TreeSet<>();
    withFresh.places().stream().limit(freshPlaces).forEach(chosen::add);
    Iterator<Place> others = all.places().iterator();
    while (chosen.size() < classes && others.hasNext()) {
      chosen.add(others.next());
    }

    return chosen.stream().map(Place::label).toList();
  }
}

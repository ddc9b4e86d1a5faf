package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.JobConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * The classes of one stream that training may take, in the order in which they were trained, the
 * one trained longest ago first. A batch takes random classes of the front half, so that a class
 * with 0.1 % of the traffic is trained as often as the others. At least {@code batch.fresh-classes}
 * of them have fresh images, so that new images are not crowded out when thousands of silent
 * classes wait for their replay.
 *
 * <p>Taken from the front in turn, classes would come round in the same groups for ever. A network
 * with BatchNorm learns to tell the classes of a group by the statistics of its batch, which are
 * not there when it serves; and the ranking loss never compares classes of two groups.
 *
 * <p>With {@code batch.balance} above 0, due batches follow the {@linkplain TrafficChoice traffic}
 * instead, and only batches that a deadline asks for follow the order. With {@code auto} a
 * {@linkplain BalanceDial dial} tells how far.
 *
 * <p>Choosing a batch by the order looks at {@value #MOST_LOOKED_AT} classes at most, and a change
 * costs O(log classes).
 */
final class TrainingQueue {

  private static final int MOST_LOOKED_AT = 512;

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
   * @param balance exponent γ of the traffic, as {@link #balance} tells
   * @param random numbers of this batch alone
   */
  List<String> choose(double balance, SplittableRandom random) {
    if (balance == 0) {
      return choose(freshClasses, random);
    }

    List<String> chosen = byTraffic.choose(balance, classes, random);
    if (ready() > 1 && chosen.stream().distinct().count() == 1) {
      chosen.set(chosen.size() - 1, longestAgoWithout(chosen.get(0)));
    }
    return chosen;
  }

  /** The same by the order, with as many classes with fresh images as there are. */
  List<String> chooseFreshFirst(SplittableRandom random) {
    return choose(classes, random);
  }

  private String longestAgoWithout(String label) {
    return all.places().stream()
        .map(Place::label)
        .filter(other -> !other.equals(label))
        .findFirst()
        .orElseThrow();
  }

  private List<String> choose(int freshPlaces, SplittableRandom random) {
    NavigableSet<Place> fresh = withFresh.places();
    NavigableSet<Place> chosen = new TreeSet<>(draw(classes, all.places(), Set.of(), random));
    int lacking = Math.min(freshPlaces, fresh.size());
    lacking -= (int) chosen.stream().filter(fresh::contains).count();
    if (lacking > 0) { // only then: who comes first would be trained more often than the others
      List<Place> more = draw(lacking, fresh, chosen, random);
      chosen.descendingSet().stream()
          .filter(place -> !fresh.contains(place))
          .limit(chosen.size() + more.size() - classes)
          .toList()
          .forEach(chosen::remove);
      chosen.addAll(more);
    }

    return chosen.stream().map(Place::label).toList();
  }

  /**
   * Draws places of the front half of an order, each set of them equally likely; the first ones if
   * the half has too few.
   */
  private static List<Place> draw(
      int count, NavigableSet<Place> order, Set<Place> without, SplittableRandom random) {
    int half = Math.min(MOST_LOOKED_AT, order.size() / 2);
    List<Place> front =
        order.stream()
            .filter(place -> !without.contains(place))
            .limit(Math.max(count, half))
            .toList();
    List<Place> drawn = new ArrayList<>();
    int due = Math.min(count, front.size());
    for (int i = 0; drawn.size() < due; i++) {
      if (random.nextInt(front.size() - i) < due - drawn.size()) {
        drawn.add(front.get(i));
      }
    }
    return drawn;
  }
}

package io.rankstream.model.evaluation;

import java.util.Comparator;
import java.util.OptionalDouble;
import java.util.TreeSet;

/**
 * Mean recall of the first third of the classes in an order, kept up to date: a change costs the
 * logarithm of the number of classes.
 */
final class FirstThird {

  private final TreeSet<ClassRecall> first;
  private final TreeSet<ClassRecall> others;
  private final RecallSum recalls = new RecallSum();

  /**
   * @param order a total order of the classes
   */
  FirstThird(Comparator<ClassRecall> order) {
    first = new TreeSet<>(order);
    others = new TreeSet<>(order);
  }

  /** Removes a class, before it changes. */
  void remove(ClassRecall each) {
    if (first.remove(each)) {
      recalls.subtract(each.mean());
    } else {
      others.remove(each);
    }
  }

  /** Adds a class, after it has changed. */
  void add(ClassRecall each) {
    first.add(each);
    recalls.add(each.mean());
    moveOut(); // the last one, which may be another
    int third = (first.size() + others.size()) / 3;
    while (first.size() < third) {
      ClassRecall next = others.pollFirst();
      first.add(next);
      recalls.add(next.mean());
    }
  }

  /** The mean recall; empty below three classes. */
  OptionalDouble mean() {
    return recalls.mean();
  }

  private void moveOut() {
    ClassRecall last = first.pollLast();
    recalls.subtract(last.mean());
    others.add(last);
  }
}

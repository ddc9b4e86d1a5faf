package io.rankstream.model.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** The figures of {@link PrequentialAccuracy}, from a list of all results each time. */
final class NaiveAccuracy {

  private final double fadingFactor;
  private final int windowSize;
  private final List<Boolean> all = new ArrayList<>();
  private final List<String> labels = new ArrayList<>();

  NaiveAccuracy(double fadingFactor, int windowSize) {
    this.fadingFactor = fadingFactor;
    this.windowSize = windowSize;
  }

  void add(String actual, String predicted) {
    all.add(actual.equals(predicted));
    labels.add(actual);
  }

  OptionalDouble micro() {
    return fading(all, fadingFactor);
  }

  OptionalDouble macro() {
    return mean(new ArrayList<>(byClass(0).values()), fadingFactor);
  }

  OptionalDouble recall(String label) {
    return fading(byClass(0).get(label), fadingFactor);
  }

  OptionalDouble windowMicro() {
    return fading(all.subList(windowStart(), all.size()), 1);
  }

  OptionalDouble windowMacro() {
    return mean(new ArrayList<>(byClass(windowStart()).values()), 1);
  }

  OptionalDouble headRecall() {
    return third(Comparator.comparingInt((List<Boolean> hits) -> hits.size()).reversed());
  }

  OptionalDouble tailRecall() {
    return third(Comparator.comparingInt(List::size));
  }

  private int windowStart() {
    return Math.max(0, all.size() - windowSize);
  }

  /** Classes with equal numbers of results stay in the order of their labels. */
  private OptionalDouble third(Comparator<List<Boolean>> order) {
    List<List<Boolean>> classes = new ArrayList<>(byClass(0).values());
    classes.sort(order);
    return mean(classes.subList(0, classes.size() / 3), fadingFactor);
  }

  private Map<String, List<Boolean>> byClass(int from) {
    Map<String, List<Boolean>> hits = new TreeMap<>();
    for (int i = from; i < all.size(); i++) {
      hits.computeIfAbsent(labels.get(i), label -> new ArrayList<>()).add(all.get(i));
    }
    return hits;
  }

  private static OptionalDouble mean(List<List<Boolean>> classes, double factor) {
    return classes.stream().mapToDouble(hits -> fading(hits, factor).getAsDouble()).average();
  }

  private static OptionalDouble fading(List<Boolean> hits, double factor) {
    double sum = 0;
    double weight = 0;
    for (boolean hit : hits) {
      sum = sum * factor + (hit ? 1 : 0);
      weight = weight * factor + 1;
    }
    return hits.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(sum / weight);
  }
}

package io.rankstream.model.evaluation;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts of actual against predicted classes, and the accuracies that follow from them. */
public final class ConfusionMatrix {

  /** Rows by actual class; in a row, the empty key counts images without a prediction. */
  private final SortedMap<String, Map<Optional<String>, Long>> counts = new TreeMap<>();

  /**
   * Counts a result.
   *
   * @param actual the label
   * @param predicted the prediction, or null while the model knows no class: always wrong, whatever
   *     the classes are called
   */
  public void add(String actual, String predicted) {
    counts
        .computeIfAbsent(actual, label -> new HashMap<>())
        .merge(Optional.ofNullable(predicted), 1L, Long::sum);
  }

  /** Images of class {@code actual} that were predicted as {@code predicted}. */
  public long count(String actual, String predicted) {
    return counts.getOrDefault(actual, Map.of()).getOrDefault(Optional.of(predicted), 0L);
  }

  /** All images counted. */
  public long count() {
    return counts.values().stream().mapToLong(ConfusionMatrix::total).sum();
  }

  /** Share of correct predictions; NaN when nothing was counted. */
  public double micro() {
    long correct = counts.keySet().stream().mapToLong(label -> count(label, label)).sum();
    return (double) correct / count();
  }

  /** Mean recall over the classes that occurred as actual; NaN when nothing was counted. */
  public double macro() {
    return recalls().values().stream()
        .mapToDouble(Double::doubleValue)
        .average()
        .orElse(Double.NaN);
  }

  /** Recall of each class that occurred as actual, by label. */
  public SortedMap<String, Double> recalls() {
    SortedMap<String, Double> recalls = new TreeMap<>();
    counts.forEach((label, row) -> recalls.put(label, (double) count(label, label) / total(row)));
    return recalls;
  }

  private static long total(Map<?, Long> row) {
    return row.values().stream().mapToLong(Long::longValue).sum();
  }
}

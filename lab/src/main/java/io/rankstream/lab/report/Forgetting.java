package io.rankstream.lab.report;

import java.util.Collection;
import java.util.Map;
import java.util.Set;

/**
 * What a model keeps of classes that stopped coming, or come rarely since, as mean recalls on
 * unseen images.
 *
 * @param before of these classes when they stopped
 * @param after of these classes at the end
 * @param others of all other classes at the end
 */
public record Forgetting(double before, double after, double others) {

  /**
   * Compares two models of a run.
   *
   * @param then recall of each class with the model of when classes stopped
   * @param now recall of each class with the last model
   * @param stopped the classes that stopped
   */
  public static Forgetting of(
      Map<String, Double> then, Map<String, Double> now, Set<String> stopped) {
    return new Forgetting(
        mean(then, stopped),
        mean(now, stopped),
        mean(now, now.keySet().stream().filter(label -> !stopped.contains(label)).toList()));
  }

  private static double mean(Map<String, Double> recalls, Collection<String> labels) {
    return labels.stream()
        .mapToDouble(label -> recalls.getOrDefault(label, 0.0))
        .average()
        .orElse(Double.NaN);
  }
}

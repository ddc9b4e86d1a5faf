package io.rankstream.model.evaluation;

import java.util.HashMap;
import java.util.Map;

/**
 * Agreement of a partition with the classes, 0 to 1: mutual information over the arithmetic mean of
 * the entropies, scikit-learn's default.
 */
final class NormalizedMutualInformation {

  private NormalizedMutualInformation() {}

  /**
   * @param labels class of each item
   * @param clusters cluster of each item
   * @return 1 where both have a single group, 0 where only one of them has
   */
  static double of(int[] labels, int[] clusters) {
    if (labels.length != clusters.length) {
      throw new IllegalArgumentException(
          "Invalid clusters: %d (must be one for each of %d labels)"
              .formatted(clusters.length, labels.length));
    }

    Map<Integer, Integer> byLabel = new HashMap<>();
    Map<Integer, Integer> byCluster = new HashMap<>();
    Map<Long, Integer> byBoth = new HashMap<>();
    for (int i = 0; i < labels.length; i++) {
      byLabel.merge(labels[i], 1, Integer::sum);
      byCluster.merge(clusters[i], 1, Integer::sum);
      byBoth.merge(((long) labels[i] << 32) | (clusters[i] & 0xFFFFFFFFL), 1, Integer::sum);
    }
    if (byLabel.size() == 1 && byCluster.size() == 1) {
      return 1;
    }

    double information = 0;
    for (Map.Entry<Long, Integer> cell : byBoth.entrySet()) {
      double both = cell.getValue();
      double independent =
          (double) byLabel.get((int) (cell.getKey() >> 32))
              * byCluster.get((int) (long) cell.getKey());
      information += both / labels.length * Math.log(both * labels.length / independent);
    }
    double entropies = entropy(byLabel, labels.length) + entropy(byCluster, labels.length);
    return Math.max(0, Math.min(1, 2 * information / entropies));
  }

  private static double entropy(Map<Integer, Integer> counts, int total) {
    double entropy = 0;
    for (int count : counts.values()) {
      double share = (double) count / total;
      entropy -= share * Math.log(share);
    }

    return entropy;
  }
}

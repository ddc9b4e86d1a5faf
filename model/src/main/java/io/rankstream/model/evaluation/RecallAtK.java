package io.rankstream.model.evaluation;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Leave-one-out retrieval: each image is a query against all others, and a hit at K when any of its
 * K nearest neighbours has its label. Distances are Euclidean; equal distances rank in the order of
 * the images. Images without another of their class count as misses.
 *
 * @see <a href="https://arxiv.org/abs/1511.06452">Oh Song et al. 2016, Deep Metric Learning via
 *     Lifted Structured Feature Embedding</a>
 */
final class RecallAtK {

  private static final int DIMENSIONS_PER_CHECK = 32;

  private final List<float[]> embeddings;
  private final int[] labels;

  /**
   * @param embeddings one vector for each image, all of one length; not copied
   * @param labels one class for each image
   */
  RecallAtK(List<float[]> embeddings, int[] labels) {
    if (embeddings.size() != labels.length) {
      throw new IllegalArgumentException(
          "Invalid labels: %d (must be one for each of %d embeddings)"
              .formatted(labels.length, embeddings.size()));
    }

    this.embeddings = embeddings;
    this.labels = labels;
  }

  /**
   * The share of queries that hit.
   *
   * @param ks numbers of neighbours, each at least 1
   * @return recall by K; NaN without any image
   */
  SortedMap<Integer, Double> at(List<Integer> ks) {
    int most = ks.stream().mapToInt(Integer::intValue).max().orElse(0);
    int[] ranks =
        IntStream.range(0, labels.length)
            .parallel()
            .map(query -> rankOfFirstHit(query, most))
            .toArray();
    SortedMap<Integer, Double> recall = new TreeMap<>();
    for (int k : ks) {
      long hits = IntStream.of(ranks).filter(rank -> rank < k).count();
      recall.put(k, (double) hits / labels.length);
    }

    return recall;
  }

  /** Number of images before the nearest one of the query's class, counted up to a bound. */
  private int rankOfFirstHit(int query, int most) {
    double nearest = Double.POSITIVE_INFINITY;
    int nearestIndex = -1;
    for (int i = 0; i < labels.length; i++) {
      if (i != query && labels[i] == labels[query]) {
        double distance = squaredDistance(query, i, nearest);
        if (nearestIndex < 0 || distance < nearest) {
          nearest = distance;
          nearestIndex = i;
        }
      }
    }
    if (nearestIndex < 0) {
      return Integer.MAX_VALUE;
    }

    int before = 0;
    for (int i = 0; i < labels.length && before < most; i++) {
      if (labels[i] != labels[query]) {
        double distance = squaredDistance(query, i, nearest);
        if (distance < nearest || (distance == nearest && i < nearestIndex)) {
          before++;
        }
      }
    }

    return before;
  }

  /** The squared distance; where it is above the bound, some value above the bound. */
  private double squaredDistance(int a, int b, double bound) {
    float[] x = embeddings.get(a);
    float[] y = embeddings.get(b);
    double sum = 0;
    for (int from = 0; from < x.length && sum <= bound; from += DIMENSIONS_PER_CHECK) {
      int to = Math.min(x.length, from + DIMENSIONS_PER_CHECK);
      for (int i = from; i < to; i++) {
        double difference = (double) x[i] - y[i];
        sum += difference * difference;
      }
    }

    return sum;
  }
}

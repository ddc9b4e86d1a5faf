package io.rankstream.model.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How far the embeddings of the same images, the anchors, moved from one version of a model to
 * another. Neighbours are those by Euclidean distance among the other anchors.
 *
 * @param cosineShift mean of 1 − cos between the two embeddings of an anchor; 0 to 2
 * @param overlap mean share of an anchor's 10 nearest neighbours that both versions have in common;
 *     of all others where there are fewer
 * @param recallWithin Recall@1 of queries of the newer version in a gallery of the newer version:
 *     what an index has after all images were embedded again
 * @param recallAcross Recall@1 of queries of the newer version in a gallery of the older one: what
 *     an index has before
 * @param recallMapped as across, with a map between queries and gallery. No query took part in the
 *     fit of its map: each half of the anchors has the map that the other half gives; NaN where no
 *     map was fitted
 * @param residual what the map of all anchors leaves over, as in {@link OrthogonalMap#residual};
 *     NaN where no map was fitted
 */
public record EmbeddingDrift(
    double cosineShift,
    double overlap,
    double recallWithin,
    double recallAcross,
    double recallMapped,
    double residual) {

  private static final int NEIGHBOURS = 10;

  /**
   * Measures the drift, in the thread of the caller. 256 anchors of 256 values take about 0.3 s of
   * a core, 1,024 of 512 values 4 s.
   *
   * @param older one vector of the older version for each anchor; at least 2, all of one length
   * @param newer vectors of the newer version
   * @param labels one class for each anchor; an anchor without another of its class is a miss
   * @throws IllegalArgumentException when the anchors do not match, or a value is not finite
   */
  public static EmbeddingDrift between(List<float[]> older, List<float[]> newer, int[] labels) {
    return between(older, newer, labels, OrthogonalMap.fit(older, newer));
  }

  /**
   * Measures the drift where the map is known.
   *
   * @param map the map of all anchors from the older to the newer version
   * @throws IllegalArgumentException when the anchors do not match, or a value is not finite
   */
  public static EmbeddingDrift between(
      List<float[]> older, List<float[]> newer, int[] labels, OrthogonalMap map) {
    EmbeddingDrift drift = withoutMap(older, newer, labels);
    return new EmbeddingDrift(
        drift.cosineShift,
        drift.overlap,
        drift.recallWithin,
        drift.recallAcross,
        new Neighbours(mappedBack(older, newer), older, 1).recall(labels),
        map.residual(older, newer));
  }

  /**
   * Measures the drift as {@link #between} does, and fits no map: the time grows with the number of
   * values in an embedding, where that of a map grows with its cube.
   *
   * @throws IllegalArgumentException when the anchors do not match, or a value is not finite
   */
  public static EmbeddingDrift withoutMap(List<float[]> older, List<float[]> newer, int[] labels) {
    VectorPairs.require(older, newer, 2);
    if (labels.length != older.size()) {
      throw new IllegalArgumentException(
          "Invalid labels: %d (must be one for each of %d embeddings)"
              .formatted(labels.length, older.size()));
    }

    int k = Math.min(NEIGHBOURS, labels.length - 1);
    Neighbours ofNewer = new Neighbours(newer, newer, k);
    return new EmbeddingDrift(
        cosineShift(older, newer),
        new Neighbours(older, older, k).overlap(ofNewer),
        ofNewer.recall(labels),
        new Neighbours(newer, older, 1).recall(labels),
        Double.NaN,
        Double.NaN);
  }

  /** The newer vectors in the space of the older version, each by the map of the other half. */
  private static List<float[]> mappedBack(List<float[]> older, List<float[]> newer) {
    OrthogonalMap ofEven = OrthogonalMap.fit(half(newer, 0), half(older, 0));
    OrthogonalMap ofOdd = OrthogonalMap.fit(half(newer, 1), half(older, 1));
    List<float[]> mapped = new ArrayList<>();
    for (int i = 0; i < newer.size(); i++) {
      mapped.add((i % 2 == 0 ? ofOdd : ofEven).apply(newer.get(i)));
    }

    return mapped;
  }

  private static List<float[]> half(List<float[]> vectors, int remainder) {
    return IntStream.range(0, vectors.size())
        .filter(i -> i % 2 == remainder)
        .mapToObj(vectors::get)
        .toList();
  }

  private static double cosineShift(List<float[]> older, List<float[]> newer) {
    double sum = 0;
    for (int i = 0; i < older.size(); i++) {
      double norms =
          Math.sqrt(VectorPairs.dot(older.get(i), older.get(i)))
              * Math.sqrt(VectorPairs.dot(newer.get(i), newer.get(i)));
      // A vector of zeros has no direction: no cosine.
      sum += norms == 0 ? 1 : 1 - VectorPairs.dot(older.get(i), newer.get(i)) / norms;
    }

    return sum / older.size();
  }
}

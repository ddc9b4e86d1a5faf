package io.rankstream.model.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;

/**
 * Quality of vectors as embeddings.
 *
 * @param recall recall at K nearest neighbours, by K
 * @param nmi normalized mutual information between the classes and a k-means partition into as many
 *     clusters as there are classes
 */
public record RetrievalScores(SortedMap<Integer, Double> recall, double nmi) {

  private static final List<Integer> NEIGHBOURS = List.of(1, 2, 4, 8);
  private static final int STARTS = 3;

  /**
   * Scores vectors.
   *
   * @param vectors one for each image, all of one length
   * @param labels one class for each image
   * @param seed seed of k-means
   */
  public static RetrievalScores of(List<float[]> vectors, int[] labels, long seed) {
    int classes = (int) Arrays.stream(labels).distinct().count();
    int[] clusters = new KMeans(classes, STARTS, seed).of(vectors).assignments();
    return new RetrievalScores(
        new RecallAtK(vectors, labels).at(NEIGHBOURS),
        NormalizedMutualInformation.of(labels, clusters));
  }
}

package io.rankstream.model.evaluation;

import java.util.List;

/** Checks and products of the vectors that two versions of a model give to the same images. */
final class VectorPairs {

  private VectorPairs() {}

  /**
   * Requires one finite vector of the same length from both versions for each image.
   *
   * @throws IllegalArgumentException when they are not so, or fewer than the least number
   */
  static void require(List<float[]> older, List<float[]> newer, int least) {
    if (older.size() != newer.size() || older.size() < least) {
      throw new IllegalArgumentException(
          "Invalid embeddings: %d and %d (must be of the same images, at least %d)"
              .formatted(older.size(), newer.size(), least));
    }

    int dimension = older.get(0).length;
    for (List<float[]> version : List.of(older, newer)) {
      for (float[] vector : version) {
        if (vector.length != dimension) {
          throw new IllegalArgumentException(
              "Invalid dimension: %d (must be %d, as in the first embedding)"
                  .formatted(vector.length, dimension));
        }
        if (!Double.isFinite(dot(vector, vector))) {
          throw new IllegalArgumentException("Invalid embedding (all values must be finite)");
        }
      }
    }
  }

  static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }

    return sum;
  }

  static double squaredDistance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }

    return sum;
  }
}

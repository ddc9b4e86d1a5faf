package io.rankstream.model.evaluation;

import java.util.Arrays;
import java.util.List;

/**
 * Nearest neighbours of each image among the others, by Euclidean distance; equal distances rank in
 * the order of the images.
 */
final class Neighbours {

  private final int[][] nearest;

  /**
   * @param queries one vector for each image
   * @param gallery vectors of the same images, maybe of another version
   * @param k neighbours of each image; no more than there are other images
   */
  Neighbours(List<float[]> queries, List<float[]> gallery, int k) {
    nearest = new int[queries.size()][];
    int[] images = new int[k];
    double[] distances = new double[k];
    for (int query = 0; query < nearest.length; query++) {
      Arrays.fill(distances, Double.POSITIVE_INFINITY);
      for (int other = 0; other < nearest.length; other++) {
        double distance =
            other == query
                ? Double.POSITIVE_INFINITY
                : VectorPairs.squaredDistance(queries.get(query), gallery.get(other));
        if (distance < distances[k - 1]) {
          insert(images, distances, other, distance);
        }
      }
      nearest[query] = images.clone();
    }
  }

  /** The share of images whose nearest neighbour has their label. */
  double recall(int[] labels) {
    int hits = 0;
    for (int query = 0; query < nearest.length; query++) {
      hits += labels[query] == labels[nearest[query][0]] ? 1 : 0;
    }

    return (double) hits / nearest.length;
  }

  /** The mean share of neighbours that an image has in both; the order does not matter. */
  double overlap(Neighbours other) {
    long common = 0;
    for (int query = 0; query < nearest.length; query++) {
      int[] theirs = other.nearest[query];
      common +=
          Arrays.stream(nearest[query])
              .filter(image -> Arrays.stream(theirs).anyMatch(each -> each == image))
              .count();
    }

    return (double) common / ((long) nearest.length * nearest[0].length);
  }

  private static void insert(int[] images, double[] distances, int image, double distance) {
    int place = images.length - 1;
    while (place > 0 && distances[place - 1] > distance) {
      distances[place] = distances[place - 1];
      images[place] = images[place - 1];
      place--;
    }
    distances[place] = distance;
    images[place] = image;
  }
}

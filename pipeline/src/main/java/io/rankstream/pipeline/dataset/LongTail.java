package io.rankstream.pipeline.dataset;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Thins a data set to a long tail and shuffles it into a stream. */
public final class LongTail {

  private LongTail() {}

  /**
   * The order in which the images of a set are sent. Of class i, in the order of the classes, the
   * first n_i images stay: {@code n_i = ⌊n_max · imbalance^(−i/(C−1)) + ½⌋}, where n_max is the
   * size of the largest class.
   *
   * @param imbalance size of the first class over the size of the last; 1 keeps everything
   * @param seed seed of the shuffle
   * @return indices into the set
   */
  public static List<Integer> order(ImageDataset dataset, double imbalance, long seed) {
    if (!(imbalance >= 1) || Double.isInfinite(imbalance)) {
      throw new IllegalArgumentException(
          "Invalid imbalance: %s (must be at least 1)".formatted(imbalance));
    }

    int classes = dataset.classes().size();
    int[] sizes = new int[classes];
    for (int i = 0; i < dataset.size(); i++) {
      sizes[dataset.classOf(i)]++;
    }
    int largest = 0;
    for (int size : sizes) {
      largest = Math.max(largest, size);
    }

    int[] kept = new int[classes];
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < dataset.size(); i++) {
      int c = dataset.classOf(i);
      double limit =
          imbalance == 1 || classes == 1
              ? largest
              : Math.floor(largest * Math.pow(imbalance, -c / (classes - 1.0)) + 0.5);
      if (kept[c] < limit) {
        kept[c]++;
        order.add(i);
      }
    }
    Collections.shuffle(order, new Random(seed));
    return order;
  }
}

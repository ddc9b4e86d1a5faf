package io.rankstream.pipeline.tools.dataset;

import io.rankstream.pipeline.config.Rule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** Thins a data set to a long tail and shuffles it into a stream. */
public final class LongTail {

  /** Accepted imbalances. */
  public static final Rule<Double> IMBALANCE =
      Rule.atLeast(1.0).and(Rule.that(Double::isFinite, "finite"));

  private LongTail() {}

  /**
   * The order in which to send the images of a set. Of class i, in the order of the classes, the
   * first n_i images stay: {@code n_i = ⌊n_max · imbalance^(−i/(C−1)) + ½⌋}, where n_max is the
   * size of the largest class.
   *
   * @param imbalance size of the first class over the size of the last; 1 keeps everything
   * @param seed seed of the shuffle
   * @return indices into the set
   */
  public static List<Integer> order(ImageDataset dataset, double imbalance, long seed) {
    IMBALANCE.require("skew", imbalance);
    int[] limits = limits(sizes(dataset), imbalance);
    List<Integer> order = take(dataset, limits, new HashSet<>());
    Collections.shuffle(order, new Random(seed));
    return order;
  }

  /**
   * The order of a stream that changes half-way. Its first half is a long tail over the first four
   * fifths of the classes. In the second half the tail is reversed, with the last class the most
   * frequent, and the last fifth of the classes comes for the first time. No image is in both
   * halves.
   *
   * @param imbalance size of the most frequent class over the least frequent one, in either half
   * @param seed seed of the shuffles
   */
  public static Drift drift(ImageDataset dataset, double imbalance, long seed) {
    IMBALANCE.require("skew", imbalance);
    int[] sizes = sizes(dataset);
    int[] halves = Arrays.stream(sizes).map(size -> size / 2).toArray();
    int known = Math.max(1, sizes.length - Math.max(1, sizes.length / 5));

    int[] before = new int[sizes.length];
    System.arraycopy(limits(Arrays.copyOf(halves, known), imbalance), 0, before, 0, known);
    int[] after = reversed(limits(reversed(halves), imbalance));

    Set<Integer> sent = new HashSet<>();
    List<Integer> order = new ArrayList<>();
    for (int[] limits : List.of(before, after)) {
      List<Integer> half = take(dataset, limits, sent);
      Collections.shuffle(half, new Random(seed));
      order.addAll(half);
    }
    return new Drift(order, Arrays.stream(before).sum());
  }

  /**
   * A stream that changes.
   *
   * @param order indices into the set
   * @param change index in {@code order} of the first image after the change
   */
  public record Drift(List<Integer> order, int change) {}

  private static int[] sizes(ImageDataset dataset) {
    int[] sizes = new int[dataset.classes().size()];
    for (int i = 0; i < dataset.size(); i++) {
      sizes[dataset.classOf(i)]++;
    }

    return sizes;
  }

  /** Number of images of each class that stay. */
  private static int[] limits(int[] sizes, double imbalance) {
    int largest = Arrays.stream(sizes).max().orElse(0);
    int[] limits = new int[sizes.length];
    for (int c = 0; c < limits.length; c++) {
      double share = sizes.length == 1 ? 1 : Math.pow(imbalance, -c / (sizes.length - 1.0));
      limits[c] = Math.min(sizes[c], (int) Math.floor(largest * share + 0.5));
    }

    return limits;
  }

  /** The first images of each class up to a limit, without those taken before; adds to those. */
  private static List<Integer> take(ImageDataset dataset, int[] limits, Set<Integer> taken) {
    int[] kept = new int[limits.length];
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < dataset.size(); i++) {
      int c = dataset.classOf(i);
      if (kept[c] < limits[c] && taken.add(i)) {
        kept[c]++;
        order.add(i);
      }
    }

    return order;
  }

  private static int[] reversed(int[] values) {
    return IntStream.range(0, values.length).map(i -> values[values.length - 1 - i]).toArray();
  }
}

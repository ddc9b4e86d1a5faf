package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** Updates weights from a gradient; all arrays are flat vectors of the same size. */
interface UpdateRule {

  /** Number of vectors, each of the size of the weights, that the rule keeps between updates. */
  int moments();

  /** Whether the rule depends on the number of its updates. */
  boolean countsUpdates();

  /**
   * Updates the weights in place.
   *
   * @param weights {@code [n]}
   * @param moments the vectors that the rule keeps, each {@code [n]}, zero before the first update
   * @param gradient {@code [n]}; stays open
   * @param rates learning rate of each value as a factor of {@code learningRate}, {@code [n]}; null
   *     where all are 1
   * @param learningRate η
   * @param update number of this update, from 1; 0 where the rule does not count
   */
  void update(
      NDArray weights,
      List<NDArray> moments,
      NDArray gradient,
      NDArray rates,
      double learningRate,
      long update);

  /** Scales a change in place by the rates of its values; null leaves it as it is. */
  static void scale(NDArray change, NDArray rates) {
    if (rates != null) {
      change.muli(rates);
    }
  }
}

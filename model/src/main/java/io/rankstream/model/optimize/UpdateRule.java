package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Optional;

/** Turns gradients into new weights; everything is one flat vector. */
public interface UpdateRule {

  /** How many vectors of the size of the weights the rule keeps between updates. */
  int moments();

  /**
   * Updates the weights in place.
   *
   * @param weights {@code [n]}
   * @param moments what the rule keeps, each {@code [n]}, zero before the first update
   * @param gradient {@code [n]}; stays open
   * @param rates learning rate of each value as a factor of {@code learningRate}, {@code [n]};
   *     empty where all are 1
   * @param learningRate η
   * @param update number of this update, from 1
   */
  void update(
      NDArray weights,
      List<NDArray> moments,
      NDArray gradient,
      Optional<NDArray> rates,
      double learningRate,
      long update);
}

package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;

/**
 * Exponential moving average of weights.
 *
 * @see <a href="https://doi.org/10.1137/0330046">Polyak and Juditsky 1992, Acceleration of
 *     stochastic approximation by averaging</a>
 */
public final class MovingAverage {

  private MovingAverage() {}

  /**
   * Moves the average towards the weights: {@code a ← d·a + (1 − d)·w}.
   *
   * @param average {@code [n]}, written in place
   * @param weights {@code [n]}; stays open
   * @param decay d, weight of the past
   */
  public static void follow(NDArray average, NDArray weights, double decay) {
    average.muli((float) decay);
    try (NDArray share = weights.mul((float) (1 - decay))) {
      average.addi(share);
    }
  }
}

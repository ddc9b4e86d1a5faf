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
   * The weight of the past at a step: short of the full one while there is little past, so that
   * random initial weights are soon forgotten: the mean age in the average is then a tenth of the
   * steps.
   *
   * @param stepsTaken steps before this one
   * @param decay the full weight, at least 0, below 1
   */
  public static double decayAfter(long stepsTaken, double decay) {
    return Math.min(decay, (1.0 + stepsTaken) / (10.0 + stepsTaken));
  }

  /**
   * Moves the average towards the weights: {@code a ← a + (1 − d)(w − a)}. In this form weights
   * that do not change are their own average, bit for bit.
   *
   * @param average {@code [n]}, written in place
   * @param weights {@code [n]}; stays open
   * @param decay d, weight of the past
   */
  public static void follow(NDArray average, NDArray weights, double decay) {
    try (NDArray way = weights.sub(average)) {
      way.muli((float) (1 - decay));
      average.addi(way);
    }
  }
}

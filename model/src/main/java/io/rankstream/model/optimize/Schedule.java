package io.rankstream.model.optimize;

import java.io.Serializable;

/**
 * The learning rate over the steps, as a factor of its peak.
 *
 * @param shape curve after the warm-up
 * @param totalSteps step at which polynomial and cosine reach zero, at least 1
 * @param power exponent of the polynomial, above 0, at most 100; 1 is linear
 * @param warmUpSteps steps in which the rate rises linearly from near zero to its peak, at least 0
 */
public record Schedule(Shape shape, long totalSteps, double power, long warmUpSteps)
    implements Serializable {

  /** Curve of the learning rate after the warm-up. */
  public enum Shape {
    /** The rate is constant. */
    CONSTANT,
    /** It falls as {@code (1 − progress)^power} to zero and stays there. */
    POLYNOMIAL,
    /** It falls as half a cosine wave to zero and stays there. */
    COSINE
  }

  public Schedule {
    OptimizerConfig.require(totalSteps >= 1, "totalSteps", totalSteps, "at least 1");
    OptimizerConfig.require(power > 0 && power <= 100, "power", power, "above 0, at most 100");
    OptimizerConfig.require(warmUpSteps >= 0, "warmUpSteps", warmUpSteps, "at least 0");
  }

  /** A constant rate. */
  public static Schedule constant() {
    return new Schedule(Shape.CONSTANT, 1, 1, 0);
  }

  /** A rate that falls linearly to zero, as in the paper's code. */
  public static Schedule linear(long totalSteps) {
    return new Schedule(Shape.POLYNOMIAL, totalSteps, 1, 0);
  }

  /**
   * The factor of a step. The fall runs from step 0 to the total, whether or not a warm-up cuts
   * into its start.
   *
   * @param stepsTaken steps before this one
   */
  public double factorAfter(long stepsTaken) {
    double progress = Math.min(1, (double) stepsTaken / totalSteps);
    double falling =
        switch (shape) {
          case CONSTANT -> 1;
          case POLYNOMIAL -> Math.pow(1 - progress, power);
          case COSINE -> (1 + Math.cos(Math.PI * progress)) / 2;
        };
    return stepsTaken < warmUpSteps
        ? falling * (double) (stepsTaken + 1) / (double) warmUpSteps
        : falling;
  }
}

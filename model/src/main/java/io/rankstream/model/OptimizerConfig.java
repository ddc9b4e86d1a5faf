package io.rankstream.model;

import java.io.Serializable;

/**
 * Momentum SGD and its schedule.
 *
 * @param learningRate learning rate at the first step, above 0
 * @param momentum 0 to below 1
 * @param weightDecay L2 weight decay, at least 0
 * @param schedule how the learning rate develops
 * @param totalSteps step at which the linear schedule reaches zero, at least 1
 */
public record OptimizerConfig(
    double learningRate, double momentum, double weightDecay, Schedule schedule, long totalSteps)
    implements Serializable {

  public OptimizerConfig {
    if (!(learningRate > 0)) {
      throw new IllegalArgumentException(
          "Invalid learningRate: %s (must be above 0)".formatted(learningRate));
    }
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException(
          "Invalid momentum: %s (must be at least 0 and below 1)".formatted(momentum));
    }
    if (!(weightDecay >= 0)) {
      throw new IllegalArgumentException(
          "Invalid weightDecay: %s (must be at least 0)".formatted(weightDecay));
    }
    if (totalSteps < 1) {
      throw new IllegalArgumentException(
          "Invalid totalSteps: %d (must be at least 1)".formatted(totalSteps));
    }
  }

  /** Momentum 0.9, no weight decay, constant learning rate. */
  public static OptimizerConfig constant(double learningRate) {
    return new OptimizerConfig(learningRate, 0.9, 0, Schedule.CONSTANT, 1);
  }

  /**
   * The learning rate of a step.
   *
   * @param stepsTaken steps before this one
   */
  public double learningRateAfter(long stepsTaken) {
    return switch (schedule) {
      case CONSTANT -> learningRate;
      case LINEAR -> learningRate * Math.max(0, 1 - (double) stepsTaken / totalSteps);
    };
  }
}

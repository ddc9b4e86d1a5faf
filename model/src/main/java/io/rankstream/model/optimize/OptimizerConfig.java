package io.rankstream.model.optimize;

import java.io.Serializable;
import java.util.List;

/**
 * How gradients become new weights.
 *
 * @param rule the update rule
 * @param learningRate peak learning rate of the backbone, above 0
 * @param headsFactor learning rate of the two heads over that of the backbone, above 0
 * @param schedule how the learning rate develops
 * @param momentum momentum of SGD, β₁ of AdamW; 0 to below 1
 * @param beta2 β₂ of AdamW, above 0, below 1
 * @param weightDecay at least 0: L2 for SGD, decoupled for AdamW
 * @param clipNorm largest Euclidean norm of a gradient; a longer one is scaled down to it; 0 clips
 *     nothing
 * @param accumulate batches whose mean gradient makes one update, at least 1
 * @param frozen parameters whose names start with one of these stay as they are, and so do the
 *     statistics of a frozen BatchNorm
 */
public record OptimizerConfig(
    Rule rule,
    double learningRate,
    double headsFactor,
    Schedule schedule,
    double momentum,
    double beta2,
    double weightDecay,
    double clipNorm,
    int accumulate,
    List<String> frozen)
    implements Serializable {

  /** Update rules, with torch's semantics. */
  public enum Rule {
    /** Stochastic gradient descent with momentum. */
    SGD,
    /** Adam with decoupled weight decay (Loshchilov and Hutter 2019). */
    ADAMW
  }

  public OptimizerConfig {
    require(learningRate > 0, "learningRate", learningRate, "above 0");
    require(headsFactor > 0, "headsFactor", headsFactor, "above 0");
    require(momentum >= 0 && momentum < 1, "momentum", momentum, "at least 0 and below 1");
    require(beta2 > 0 && beta2 < 1, "beta2", beta2, "above 0 and below 1");
    require(weightDecay >= 0, "weightDecay", weightDecay, "at least 0");
    require(clipNorm >= 0, "clipNorm", clipNorm, "at least 0");
    require(accumulate >= 1, "accumulate", accumulate, "at least 1");
    frozen = List.copyOf(frozen);
  }

  /** Momentum SGD with 0.9 and nothing else. */
  public static OptimizerConfig sgd(double learningRate, Schedule schedule) {
    return new OptimizerConfig(Rule.SGD, learningRate, 1, schedule, 0.9, 0.999, 0, 0, 1, List.of());
  }

  /**
   * The learning rate of a step.
   *
   * @param stepsTaken steps before this one
   */
  public double learningRateAfter(long stepsTaken) {
    return learningRate * schedule.factorAfter(stepsTaken);
  }

  /** Whether the parameter of a name stays as it is. */
  public boolean freezes(String name) {
    return frozen.stream().anyMatch(name::startsWith);
  }

  private static void require(boolean holds, String name, double value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(
          "Invalid %s: %s (must be %s)".formatted(name, value, rule));
    }
  }
}

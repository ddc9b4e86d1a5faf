package io.rankstream.model.optimize;

import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;

/**
 * Settings of the optimizer.
 *
 * @param rule the update rule
 * @param learningRate peak learning rate of the backbone, above 0
 * @param headsFactor learning rate of the two heads over that of the backbone, above 0, at most
 *     1000000
 * @param schedule factor of the learning rate over the steps
 * @param momentum momentum of SGD, β₁ of AdamW; at least 0, below 1
 * @param nesterov whether the momentum of SGD looks ahead, as Nesterov's does; AdamW ignores it
 * @param beta2 β₂ of AdamW, above 0, below 1
 * @param weightDecay δ, at least 0: an update first shrinks kernels and matrices by ηδ, biases and
 *     BatchNorm never
 * @param clipNorm largest Euclidean norm of a gradient; a longer one is scaled down to it; at least
 *     0, below 1e30; 0 clips nothing
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
    boolean nesterov,
    double beta2,
    double weightDecay,
    double clipNorm,
    int accumulate,
    List<String> frozen)
    implements Serializable {

  /** Update rules, with PyTorch's semantics. */
  public enum Rule {
    /** Stochastic gradient descent with momentum. */
    SGD,
    /** Adam with decoupled weight decay (Loshchilov and Hutter 2019). */
    ADAMW
  }

  public OptimizerConfig {
    require(learningRate > 0, "learningRate", learningRate, "above 0");
    require(
        headsFactor > 0 && headsFactor <= 1e6,
        "headsFactor",
        headsFactor,
        "above 0, at most 1000000");
    require(momentum >= 0 && momentum < 1, "momentum", momentum, "at least 0, below 1");
    require(beta2 > 0 && beta2 < 1, "beta2", beta2, "above 0, below 1");
    require(weightDecay >= 0, "weightDecay", weightDecay, "at least 0");
    require(clipNorm >= 0 && clipNorm < 1e30, "clipNorm", clipNorm, "at least 0, below 1e30");
    require(accumulate >= 1, "accumulate", accumulate, "at least 1");
    frozen = List.copyOf(frozen);
  }

  /** SGD with momentum 0.9, without weight decay, clipping, accumulation and frozen parameters. */
  public static OptimizerConfig sgd(double learningRate, Schedule schedule) {
    return new OptimizerConfig(
        Rule.SGD, learningRate, 1, schedule, 0.9, false, 0.999, 0, 0, 1, List.of());
  }

  public OptimizerConfig withRule(Rule other) {
    return changed(fields -> fields.rule = other);
  }

  public OptimizerConfig withHeadsFactor(double factor) {
    return changed(fields -> fields.headsFactor = factor);
  }

  public OptimizerConfig withMomentum(double factor) {
    return changed(fields -> fields.momentum = factor);
  }

  public OptimizerConfig withNesterov(boolean lookAhead) {
    return changed(fields -> fields.nesterov = lookAhead);
  }

  public OptimizerConfig withBeta2(double factor) {
    return changed(fields -> fields.beta2 = factor);
  }

  public OptimizerConfig withWeightDecay(double decay) {
    return changed(fields -> fields.weightDecay = decay);
  }

  public OptimizerConfig withClipNorm(double norm) {
    return changed(fields -> fields.clipNorm = norm);
  }

  public OptimizerConfig withAccumulate(int batches) {
    return changed(fields -> fields.accumulate = batches);
  }

  public OptimizerConfig withFrozen(String... prefixes) {
    return changed(fields -> fields.frozen = List.of(prefixes));
  }

  /**
   * The learning rate of a step.
   *
   * @param stepsTaken steps before this one
   */
  public double learningRateAfter(long stepsTaken) {
    return learningRate * schedule.factorAfter(stepsTaken);
  }

  /** Whether the parameter with this name is frozen. */
  public boolean freezes(String name) {
    return frozen.stream().anyMatch(name::startsWith);
  }

  /**
   * Learning rate of a parameter as a factor of that of the backbone; 0 where it is frozen.
   *
   * @param ofHead whether the parameter belongs to one of the heads
   */
  double rateOf(String name, boolean ofHead) {
    if (freezes(name)) {
      return 0;
    }

    return ofHead ? headsFactor : 1;
  }

  private OptimizerConfig changed(Consumer<Fields> change) {
    Fields fields = new Fields(this);
    change.accept(fields);
    return fields.config();
  }

  static void require(boolean holds, String name, Object value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(
          "Invalid %s: %s (must be %s)".formatted(name, value, rule));
    }
  }

  /** The components as variables, so that a change names its own component only. */
  private static final class Fields {

    private final double learningRate;
    private final Schedule schedule;
    private Rule rule;
    private double headsFactor;
    private double momentum;
    private boolean nesterov;
    private double beta2;
    private double weightDecay;
    private double clipNorm;
    private int accumulate;
    private List<String> frozen;

    Fields(OptimizerConfig config) {
      learningRate = config.learningRate;
      schedule = config.schedule;
      rule = config.rule;
      headsFactor = config.headsFactor;
      momentum = config.momentum;
      nesterov = config.nesterov;
      beta2 = config.beta2;
      weightDecay = config.weightDecay;
      clipNorm = config.clipNorm;
      accumulate = config.accumulate;
      frozen = config.frozen;
    }

    OptimizerConfig config() {
      return new OptimizerConfig(
          rule,
          learningRate,
          headsFactor,
          schedule,
          momentum,
          nesterov,
          beta2,
          weightDecay,
          clipNorm,
          accumulate,
          frozen);
    }
  }
}

package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;

/**
 * Stochastic gradient descent with momentum as torch does it: {@code v ← μv + g + δw}, {@code w ← w
 * − ηv}.
 */
public final class MomentumSgd {

  private final double momentum;
  private final double weightDecay;

  /**
   * @param momentum μ
   * @param weightDecay δ
   */
  public MomentumSgd(double momentum, double weightDecay) {
    this.momentum = momentum;
    this.weightDecay = weightDecay;
  }

  /**
   * Takes one step in place.
   *
   * @param weights flat buffer, {@code [n]}
   * @param velocity flat buffer, {@code [n]}, zero before the first step
   * @param gradient flat buffer, {@code [n]}
   * @param learningRate η
   */
  public void step(NDArray weights, NDArray velocity, NDArray gradient, double learningRate) {
    velocity.muli((float) momentum);
    velocity.addi(gradient);
    if (weightDecay > 0) {
      try (NDArray decay = weights.mul((float) weightDecay)) {
        velocity.addi(decay);
      }
    }
    // The product would attach to the long-lived buffer's manager; closing it keeps memory flat.
    try (NDArray change = velocity.mul((float) learningRate)) {
      weights.subi(change);
    }
  }
}

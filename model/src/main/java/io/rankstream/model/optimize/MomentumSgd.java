package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Stochastic gradient descent with momentum, with PyTorch's semantics: {@code v ← μv + g + δw},
 * {@code w ← w − ηv}.
 */
final class MomentumSgd implements UpdateRule {

  private final double momentum;
  private final double weightDecay;

  /**
   * @param momentum μ
   * @param weightDecay δ
   */
  MomentumSgd(double momentum, double weightDecay) {
    this.momentum = momentum;
    this.weightDecay = weightDecay;
  }

  @Override
  public int moments() {
    return 1;
  }

  @Override
  public boolean countsUpdates() {
    return false;
  }

  @Override
  public void update(
      NDArray weights,
      List<NDArray> moments,
      NDArray gradient,
      NDArray rates,
      double learningRate,
      long update) {
    NDArray velocity = moments.get(0);
    velocity.muli((float) momentum);
    velocity.addi(gradient);
    // Products attach to the long-lived buffers' manager; closing them keeps memory flat.
    if (weightDecay > 0) {
      try (NDArray decay = weights.mul((float) weightDecay)) {
        velocity.addi(decay);
      }
    }
    try (NDArray change = velocity.mul((float) learningRate)) {
      UpdateRule.scale(change, rates);
      weights.subi(change);
    }
  }
}

package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Optional;

/**
 * Stochastic gradient descent with momentum as torch does it: {@code v ← μv + g + δw}, {@code w ← w
 * − ηv}.
 */
public final class MomentumSgd implements UpdateRule {

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

  @Override
  public int moments() {
    return 1;
  }

  @Override
  public void update(
      NDArray weights,
      List<NDArray> moments,
      NDArray gradient,
      Optional<NDArray> rates,
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
      rates.ifPresent(change::muli);
      weights.subi(change);
    }
  }
}

package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Stochastic gradient descent with momentum, with PyTorch's semantics: {@code v ← μv + g}, {@code w
 * ← w − ηv}; Nesterov's looks ahead: {@code w ← w − η(g + μv)}.
 *
 * @see <a href="https://proceedings.mlr.press/v28/sutskever13.html">Sutskever et al. 2013, On the
 *     importance of initialization and momentum in deep learning</a>
 */
final class MomentumSgd implements UpdateRule {

  private final double momentum;
  private final boolean nesterov;

  /**
   * @param momentum μ
   * @param nesterov whether the momentum looks ahead
   */
  MomentumSgd(double momentum, boolean nesterov) {
    this.momentum = momentum;
    this.nesterov = nesterov;
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
    try (NDArray change =
        velocity.mul((float) (nesterov ? learningRate * momentum : learningRate))) {
      if (nesterov) {
        try (NDArray ahead = gradient.mul((float) learningRate)) {
          change.addi(ahead);
        }
      }
      UpdateRule.scale(change, rates);
      weights.subi(change);
    }
  }
}

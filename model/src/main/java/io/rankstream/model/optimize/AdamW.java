package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Adam with decoupled weight decay, with PyTorch's semantics.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019, Decoupled Weight
 *     Decay Regularization</a>
 */
final class AdamW implements UpdateRule {

  private static final float EPSILON = 1e-8f;

  private final double beta1;
  private final double beta2;
  private final double weightDecay;

  AdamW(double beta1, double beta2, double weightDecay) {
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.weightDecay = weightDecay;
  }

  @Override
  public int moments() {
    return 2;
  }

  @Override
  public boolean countsUpdates() {
    return true; // its moments start at zero, which is corrected
  }

  @Override
  public void update(
      NDArray weights,
      List<NDArray> moments,
      NDArray gradient,
      NDArray rates,
      double learningRate,
      long update) {
    NDArray mean = moments.get(0);
    NDArray square = moments.get(1);
    mean.muli((float) beta1);
    square.muli((float) beta2);
    // Products attach to the long-lived buffers' manager; closing them keeps memory flat.
    try (NDArray share = gradient.mul((float) (1 - beta1))) {
      mean.addi(share);
    }
    try (NDArray squared = gradient.square()) {
      square.addi(squared.muli((float) (1 - beta2)));
    }
    if (weightDecay > 0) {
      try (NDArray decay = weights.mul((float) (learningRate * weightDecay))) {
        UpdateRule.scale(decay, rates);
        weights.subi(decay);
      }
    }

    double meanCorrection = 1 - Math.pow(beta1, (double) update);
    double squareCorrection = Math.sqrt(1 - Math.pow(beta2, (double) update));
    try (NDArray root = square.sqrt();
        NDArray change = mean.mul((float) (learningRate / meanCorrection))) {
      root.divi((float) squareCorrection).addi(EPSILON);
      change.divi(root);
      UpdateRule.scale(change, rates);
      weights.subi(change);
    }
  }
}

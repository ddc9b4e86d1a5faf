package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * Adam, with PyTorch's semantics. With {@link WeightDecay} it is AdamW.
 *
 * @see <a href="https://arxiv.org/abs/1412.6980">Kingma and Ba 2015, Adam</a>
 */
final class AdamW implements UpdateRule {

  private static final float EPSILON = 1e-8f;

  private final double beta1;
  private final double beta2;

  /**
   * @param beta1 β₁, decay of the mean
   * @param beta2 β₂, decay of the mean square
   */
  AdamW(double beta1, double beta2) {
    this.beta1 = beta1;
    this.beta2 = beta2;
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

package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;

/** Softmax cross-entropy. */
public final class CrossEntropy {

  private CrossEntropy() {}

  /**
   * Mean of {@code −log softmax(logits)[label]} over the rows.
   *
   * @param logits {@code [N, C]}
   * @param labels int64, {@code [N]}, each below C
   * @return scalar
   */
  public static NDArray mean(NDArray logits, NDArray labels) {
    return logits.logSoftmax(1).gather(labels.reshape(-1, 1), 1).neg().mean();
  }

  /**
   * Mean of {@code −Σ_c target[c] · log softmax(logits)[c]} over the rows: the same for targets
   * that are a distribution.
   *
   * @param logits {@code [N, C]}
   * @param target {@code [1, C]}, the distribution for all rows
   * @return scalar
   */
  static NDArray meanTo(NDArray logits, NDArray target) {
    return logits.logSoftmax(1).mul(target).sum(new int[] {1}).neg().mean();
  }
}

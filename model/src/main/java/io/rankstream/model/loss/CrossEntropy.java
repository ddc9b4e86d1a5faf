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
}

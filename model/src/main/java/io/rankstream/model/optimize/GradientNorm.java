package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/** Clips gradients by their norm, without reading a value from the device. */
final class GradientNorm {

  private static final float TINY = 1e-6f;

  private GradientNorm() {}

  /**
   * Scales a gradient in place so that its Euclidean norm is at most a bound (Pascanu et al. 2013).
   *
   * @param gradient its blocks
   * @param squaredNorm its squared norm, scalar; stays open
   * @param bound above 0
   */
  static void clip(NDList gradient, NDArray squaredNorm, double bound) {
    try (NDArray norm = squaredNorm.sqrt();
        NDArray room = norm.onesLike()) {
      NDArray factor = room.muli((float) bound).divi(norm.addi(TINY));
      try (NDArray atMostOne = factor.clip(0, 1)) {
        gradient.forEach(block -> block.muli(atMostOne));
      }
    }
  }
}

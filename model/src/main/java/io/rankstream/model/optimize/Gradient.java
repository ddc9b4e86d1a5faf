package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/** The gradient of a loss with respect to all parameters, with its norm. */
public final class Gradient {

  private final NDList blocks;
  private final NDArray squaredNorm;

  private Gradient(NDList blocks, NDArray squaredNorm) {
    this.blocks = blocks;
    this.squaredNorm = squaredNorm;
  }

  /**
   * A gradient of several vectors.
   *
   * @param vectors one for each segment of the parameters, each {@code [n]}; the gradient holds
   *     views of them
   */
  public static Gradient of(NDList vectors) {
    NDList blocks = Blocks.of(vectors);
    return new Gradient(blocks, Blocks.squaredNorm(blocks));
  }

  /** Views of the vectors, cut into blocks. */
  NDList blocks() {
    return blocks;
  }

  /** The squared Euclidean norm, scalar, attached to the manager of the vectors. */
  public NDArray squaredNorm() {
    return squaredNorm;
  }
}

package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** Euclidean distances between all rows of a batch, safe where they are zero. */
public enum PairwiseDistance {
  /** Squared Euclidean distance, the paper's choice. */
  SQUARED_EUCLIDEAN,
  /** Euclidean distance; its gradient is zero where the distance is. */
  EUCLIDEAN;

  private static final float TINY = 1e-16f;

  /**
   * The distances between the rows.
   *
   * @param embeddings {@code [N, D]}
   * @return {@code [N, N]}, symmetric, at least 0, 0 on the diagonal
   */
  public NDArray of(NDArray embeddings) {
    NDManager manager = embeddings.getManager();
    DataType type = embeddings.getDataType();
    int count = Math.toIntExact(embeddings.getShape().get(0));
    NDArray products = embeddings.matMul(embeddings.transpose());
    NDArray norms = embeddings.square().sum(new int[] {1}, true);
    NDArray offDiagonal = manager.eye(count, count, 0, type).neg().add(1);
    // Rounding makes the distance of equal rows slightly negative.
    NDArray squared =
        norms
            .sub(products.add(products))
            .add(norms.transpose())
            .getNDArrayInternal()
            .relu()
            .mul(offDiagonal);
    if (this == SQUARED_EUCLIDEAN) {
      return squared;
    }

    NDArray zero = squared.lte(0).toType(type, false);
    NDArray tiny = manager.full(new Shape(), TINY, type);
    return squared.add(zero.mul(tiny)).sqrt().mul(zero.neg().add(1));
  }
}

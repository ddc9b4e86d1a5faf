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
    return this == SQUARED_EUCLIDEAN ? squared(embeddings) : plain(embeddings);
  }

  private static NDArray squared(NDArray embeddings) {
    NDManager manager = embeddings.getManager();
    int count = Math.toIntExact(embeddings.getShape().get(0));
    NDArray products = embeddings.matMul(embeddings.transpose());
    NDArray norms = embeddings.square().sum(new int[] {1}, true);
    NDArray offDiagonal = manager.eye(count, count, 0, embeddings.getDataType()).neg().add(1);
    // Rounding makes the distance of equal rows slightly negative.
    return norms
        .sub(products.add(products))
        .add(norms.transpose())
        .getNDArrayInternal()
        .relu()
        .mul(offDiagonal);
  }

  /**
   * Differences one by one, N²·D of them: what rounding leaves of the distance between equal rows
   * when it comes from products would give them a root, and with it a large gradient.
   */
  private static NDArray plain(NDArray embeddings) {
    NDManager manager = embeddings.getManager();
    DataType type = embeddings.getDataType();
    long count = embeddings.getShape().get(0);
    NDArray differences = embeddings.reshape(count, 1, -1).sub(embeddings.reshape(1, count, -1));
    NDArray squared = differences.square().sum(new int[] {2});
    NDArray zero = squared.lte(0).toType(type, false);
    NDArray tiny = manager.full(new Shape(), TINY, type);
    return squared.add(zero.mul(tiny)).sqrt().mul(zero.neg().add(1));
  }
}

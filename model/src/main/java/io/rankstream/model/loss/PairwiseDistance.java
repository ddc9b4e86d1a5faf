package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/** Euclidean distances between all rows of a batch, safe where they are zero. */
enum PairwiseDistance {
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
  NDArray of(NDArray embeddings) {
    return this == SQUARED_EUCLIDEAN ? squared(embeddings) : plain(embeddings);
  }

  /**
   * Squared distances between the rows of two arrays, computed from their products.
   *
   * @param a {@code [N, D]}
   * @param b {@code [M, D]}
   * @return {@code [N, M]}, at least 0: rounding makes the distance of equal rows slightly negative
   */
  static NDArray squaredBetween(NDArray a, NDArray b) {
    NDArray products = a.matMul(b.transpose());
    return a.square()
        .sum(new int[] {1}, true)
        .sub(products.add(products))
        .add(b.square().sum(new int[] {1}, true).transpose())
        .getNDArrayInternal()
        .relu();
  }

  private static NDArray squared(NDArray embeddings) {
    int count = Math.toIntExact(embeddings.getShape().get(0));
    NDArray diagonal = embeddings.getManager().eye(count, count, 0, embeddings.getDataType());
    return squaredBetween(embeddings, embeddings).mul(diagonal.neg().add(1));
  }

  /**
   * Uses the N²·D differences themselves. Computed from products, the distance between equal rows
   * is a rounding error above zero, whose root would have a large gradient.
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

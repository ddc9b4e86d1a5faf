package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Pairs of images in a batch with the same or with another label.
 *
 * @param same bool, {@code [N, N]}, true on the diagonal
 * @param other bool, {@code [N, N]}
 * @param diagonal bool, {@code [N, N]}
 */
record LabelPairs(NDArray same, NDArray other, NDArray diagonal) {

  /** Near the largest float: a value beyond all distances, in both precisions. */
  static final float BEYOND = 3e38f;

  static LabelPairs of(NDArray labels) {
    NDManager manager = labels.getManager();
    int count = Math.toIntExact(labels.size());
    NDArray same = labels.reshape(count, 1).eq(labels.reshape(1, count));
    NDArray diagonal = manager.eye(count, count, 0, DataType.INT32).toType(DataType.BOOLEAN, false);
    return new LabelPairs(same, same.logicalNot(), diagonal);
  }

  /** Bool, {@code [N, N]}: two images of one class. */
  NDArray positive() {
    return same.logicalXor(diagonal);
  }

  /** Bool, {@code [N, 1]}: whether the batch has another class than the row's. */
  NDArray hasNegative() {
    return other.toType(DataType.INT32, false).sum(new int[] {1}, true).gt(0);
  }

  /** Int64, {@code [N, 1]}: the place of the first value of each row in a flattened matrix. */
  static NDArray rowStarts(NDManager manager, int count) {
    return manager.arange(0, count * count, count, DataType.INT64).reshape(new Shape(count, 1));
  }
}

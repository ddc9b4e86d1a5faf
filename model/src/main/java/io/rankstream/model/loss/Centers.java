package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;

/** One centre for each class. The embeddings move it, not the optimizer. */
final class Centers {

  private final NDArray rows;
  private final double rate;

  /**
   * @param rows {@code [classes, D]}; written in place; closed by the caller
   * @param rate α, the share of the distance that a centre moves in one step, 0 to 1; 0 freezes the
   *     centres
   */
  Centers(NDArray rows, double rate) {
    this.rows = rows;
    this.rate = rate;
  }

  /** The centres of classes, {@code [N, D]}, attached to the manager of {@code classes}. */
  NDArray of(NDArray classes) {
    return attached(rows.get(new NDIndex("{}", classes)), classes.getManager());
  }

  /** The centres of the first classes, {@code [count, D]}, attached to a manager. */
  NDArray first(int count, NDManager manager) {
    return attached(rows.get(new NDIndex("0:" + count)), manager);
  }

  /**
   * Moves each centre by {@code −α · Σ w·difference / (1 + Σ w)} over the entries of its class (Wen
   * et al. 2016, equation 4).
   *
   * @param classes int64, {@code [M]}; a class may occur more than once
   * @param differences {@code [M, D]}: centre minus embedding, or its negative to push away
   * @param weights {@code [M]}, 1 for an entry that counts, else 0
   */
  void move(NDArray classes, NDArray differences, NDArray weights) {
    NDManager manager = differences.getManager();
    DataType type = differences.getDataType();
    long count = classes.size();
    NDArray sameClass = classes.reshape(count, 1).eq(classes.reshape(1, count)).toType(type, false);
    NDArray column = weights.reshape(count, 1);
    NDArray sums = sameClass.matMul(differences.mul(column));
    NDArray counts = sameClass.matMul(column);
    NDArray way = sums.div(counts.add(1)).mul(manager.create(rate).toType(type, false));
    // Entries of one class write equal values, so their order does not matter.
    rows.set(new NDIndex("{}", classes), of(classes).sub(way));
  }

  private static NDArray attached(NDArray array, NDManager manager) {
    array.attach(manager);
    return array;
  }
}

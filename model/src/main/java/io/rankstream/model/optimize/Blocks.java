package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * Long vectors in blocks. What several operations in a row do to a block stays in the caches, and
 * the results in between are small enough for the allocator to use their memory again, where those
 * of a whole vector would come fresh from the kernel each time.
 */
public final class Blocks {

  private static final long SIZE = 1 << 18; // values: 1 MiB

  private Blocks() {}

  /**
   * Views of the blocks of vectors, in order, to be closed by their owner. On a GPU, where each
   * call costs more than what the caches save, one view of each vector.
   *
   * @param vectors each {@code [n]}
   */
  public static NDList of(NDList vectors) {
    NDList blocks = new NDList();
    vectors.forEach(vector -> blocks.addAll(of(vector)));
    return blocks;
  }

  /**
   * Makes one update of weights, block by block.
   *
   * @param weights the blocks of the weights, written in place
   * @param moments the blocks of what the rule keeps
   * @param gradient the blocks of the gradient; stay open
   * @param rates the blocks of the learning rates' factors; empty where all are 1
   * @param learningRate η
   * @param update number of this update, from 1
   */
  public static void update(
      UpdateRule rule,
      NDList weights,
      List<NDList> moments,
      NDList gradient,
      Optional<NDList> rates,
      double learningRate,
      long update) {
    for (int i = 0; i < weights.size(); i++) {
      int block = i;
      rule.update(
          weights.get(i),
          moments.stream().map(moment -> moment.get(block)).toList(),
          gradient.get(i),
          rates.map(blocks -> blocks.get(block)),
          learningRate,
          update);
    }
  }

  /**
   * The squared Euclidean norm. Adding up block by block also keeps it exact for long vectors.
   *
   * @param blocks each {@code [n]}; stay open
   * @return scalar, attached to the manager of the blocks
   */
  public static NDArray squaredNorm(NDList blocks) {
    try (NDList squares = new NDList(blocks.size())) {
      blocks.forEach(block -> squares.add(block.dot(block)));
      try (NDArray stacked = NDArrays.stack(squares)) {
        return stacked.sum();
      }
    }
  }

  private static NDList of(NDArray vector) {
    long last = (vector.size() - 1) / SIZE;
    if (last == 0 || vector.getDevice().isGpu()) {
      return new NDList(vector.reshape(-1)); // a view of its own, that may be closed
    }

    return vector.split(LongStream.rangeClosed(1, last).map(block -> block * SIZE).toArray());
  }
}

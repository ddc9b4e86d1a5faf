package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import java.util.stream.LongStream;

/**
 * Cuts long vectors into blocks. A block stays in the caches over several operations in a row, and
 * intermediate results are small enough for the allocator to reuse their memory; those of a whole
 * vector would come fresh from the kernel each time.
 */
final class Blocks {

  private static final long SIZE = 1 << 18; // values: 1 MiB

  private Blocks() {}

  /**
   * Views of the blocks of vectors, in order; they belong to the manager of the vectors. On a GPU,
   * where each call costs more than the caches save, one view of each vector.
   *
   * @param vectors each {@code [n]}
   */
  static NDList of(NDList vectors) {
    NDList blocks = new NDList();
    vectors.forEach(vector -> blocks.addAll(of(vector)));
    return blocks;
  }

  /**
   * The squared Euclidean norm. Adding up block by block also keeps it exact for long vectors.
   *
   * @param blocks each {@code [n]}; stay open
   * @return scalar, attached to the manager of the blocks
   */
  static NDArray squaredNorm(NDList blocks) {
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
      return new NDList(vector.reshape(-1)); // a second view, which may be closed by itself
    }

    return vector.split(LongStream.rangeClosed(1, last).map(block -> block * SIZE).toArray());
  }
}

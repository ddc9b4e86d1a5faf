package io.rankstream.model.optimize;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
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
   * Views of a vector's blocks, in order, to be closed by the caller. On a GPU, where each call
   * costs more than what the caches save, one view of the whole.
   *
   * @param vector {@code [n]}
   */
  public static NDList of(NDArray vector) {
    long last = (vector.size() - 1) / SIZE;
    if (last == 0 || vector.getDevice().isGpu()) {
      return new NDList(vector.reshape(-1)); // a view of its own, that may be closed
    }

    return vector.split(LongStream.rangeClosed(1, last).map(block -> block * SIZE).toArray());
  }

  /**
   * The squared Euclidean norm. Adding up block by block also keeps it exact for long vectors.
   *
   * @param vector {@code [n]}
   * @return scalar, attached to the manager of the vector
   */
  public static NDArray squaredNorm(NDArray vector) {
    try (NDList blocks = of(vector);
        NDList squares = new NDList(blocks.size())) {
      blocks.forEach(block -> squares.add(block.dot(block)));
      try (NDArray stacked = NDArrays.stack(squares)) {
        return stacked.sum();
      }
    }
  }
}

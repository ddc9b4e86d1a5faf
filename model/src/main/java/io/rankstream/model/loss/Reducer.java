package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;

/** How the losses of single triplets become the loss of a batch. */
public enum Reducer {
  /** The mean over the count of the miner, inactive triplets included: the paper's choice. */
  MEAN {
    @Override
    NDArray divisor(NDArray count, NDArray active) {
      return count;
    }
  },
  /** The mean over the triplets with a loss above zero (Hermans et al. 2017). */
  MEAN_ACTIVE {
    @Override
    NDArray divisor(NDArray count, NDArray active) {
      return active;
    }
  };

  /**
   * The divisor of the sum of the losses.
   *
   * @param count scalar, the count of the miner
   * @param active scalar, triplets with a loss above zero
   */
  abstract NDArray divisor(NDArray count, NDArray active);
}

package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;

/** How the losses of single triplets become the loss of a batch. */
public enum Reducer {
  /** The mean over what the miner counts, inactive triplets among them: the paper's choice. */
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
   * What the sum of the losses is divided by.
   *
   * @param count scalar, what the miner counts
   * @param active scalar, triplets with a loss above zero
   */
  abstract NDArray divisor(NDArray count, NDArray active);
}

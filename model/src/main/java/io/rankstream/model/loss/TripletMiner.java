package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;

/** Picks triplets of anchor, positive and negative out of a batch. */
interface TripletMiner {

  /**
   * Mines a batch.
   *
   * @param distances {@code [N, N]}, cut off from the graph
   * @param labels int64, {@code [N]}
   */
  Triplets mine(NDArray distances, NDArray labels);
}

package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;

/** A loss on the embeddings of a batch: the ranking regularizer next to the cross-entropy. */
public interface EmbeddingLoss {

  /**
   * The loss of a batch.
   *
   * @param embeddings {@code [N, D]}; stays open
   * @param labels int64, {@code [N]}, each below {@code classes}
   * @param classes number of classes known so far, those of the batch included
   * @return the loss and its counts; 0 where a batch has nothing to compare, never NaN
   */
  RankingOutcome of(NDArray embeddings, NDArray labels, int classes);

  /**
   * Updates the state that the loss keeps between batches, such as centres, after the weights were
   * updated. Most losses keep none.
   *
   * @param embeddings {@code [N, D]} as the loss saw them, cut off from the graph; stays open
   * @param labels int64, {@code [N]}, each below {@code classes}
   * @param classes number of classes known so far, those of the batch included
   */
  default void follow(NDArray embeddings, NDArray labels, int classes) {}
}

package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;

/** A loss on the embeddings of a batch: the ranking regularizer beside the cross-entropy. */
public interface EmbeddingLoss {

  /**
   * The loss of a batch.
   *
   * @param embeddings {@code [N, D]}; stays open
   * @param labels int64, {@code [N]}
   * @return the loss and its counts; 0 where the batch has nothing to compare, never NaN
   */
  RankingOutcome of(NDArray embeddings, NDArray labels);

  /**
   * Lets what the loss remembers between batches follow a batch, after its gradient was taken. Most
   * losses remember nothing.
   *
   * @param embeddings {@code [N, D]} as the loss saw them, cut off from the graph; stays open
   * @param labels int64, {@code [N]}
   */
  default void follow(NDArray embeddings, NDArray labels) {}
}

package io.rankstream.model;

/** Losses on the embedding head. */
public enum RankingLoss {
  /** No ranking loss: the embedding head stays as it was initialised. */
  NONE,
  /** Triplet loss with semi-hard negatives and the paper's fallback order. */
  TRIPLET_SEMI_HARD
}

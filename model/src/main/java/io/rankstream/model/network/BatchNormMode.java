package io.rankstream.model.network;

/** What BatchNorm does in a training step. */
public enum BatchNormMode {
  /** Normalises with the batch's statistics and lets the running ones follow. */
  TRAIN,
  /**
   * Normalises with the running statistics and leaves them alone: small class-balanced batches skew
   * them.
   */
  FROZEN
}

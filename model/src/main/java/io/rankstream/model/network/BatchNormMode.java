package io.rankstream.model.network;

/** Statistics that BatchNorm uses in a training step. */
public enum BatchNormMode {
  /** The statistics of the batch; the running ones follow them. */
  TRAIN,
  /**
   * The running statistics, which stay as they are: small class-balanced batches would skew them.
   */
  FROZEN
}

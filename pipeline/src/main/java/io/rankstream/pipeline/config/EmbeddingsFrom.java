package io.rankstream.pipeline.config;

/** Where the embeddings of a training batch come from. */
public enum EmbeddingsFrom {
  /** A pass of their own through the weights after the step. */
  UPDATED,
  /** The pass that the step trains on: cheaper, with the weights before the step. */
  IN_STEP
}

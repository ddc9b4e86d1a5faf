package io.rankstream.pipeline.config;

/** The pass that embeds the images of a training batch. */
public enum EmbeddingsFrom {
  /** A separate pass with the weights after the step. */
  UPDATED,
  /** The pass that the step trains on: cheaper, with the weights before the step. */
  IN_STEP
}

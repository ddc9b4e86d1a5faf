package io.rankstream.pipeline.config;

/** Where the predictions come from that the prequential accuracies count. */
public enum PredictionsFrom {
  /** A pass of their own through the model as it serves, before the step. */
  SERVED,
  /** The pass that the step trains on: cheaper, with what BatchNorm and augmentation do there. */
  IN_STEP
}

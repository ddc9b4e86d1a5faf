package io.rankstream.pipeline.config;

/** The pass that makes the predictions for the prequential accuracies. */
public enum PredictionsFrom {
  /** A separate pass with the model as it serves, before the step. */
  SERVED,
  /** The pass that the step trains on: cheaper, but with its BatchNorm and augmentation. */
  IN_STEP
}

package io.rankstream.model.step;

/** Outcome of a training step. */
public enum StepOutcome {
  /** The weights were updated. */
  TAKEN,
  /** The weights stayed as they were. */
  SKIPPED,
  /** The model was rolled back to its last good weights. */
  ROLLED_BACK,
  /** As rolled back, but too often: the model learns no more. */
  PUT_ASIDE
}

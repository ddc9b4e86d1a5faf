package io.rankstream.model.step;

/** Outcome of a training step. */
public enum StepOutcome {
  /** The weights were updated. */
  TAKEN,
  /** The weights stayed as they were. */
  SKIPPED,
  /** The model was rolled back to its last good weights. */
  ROLLED_BACK,
  /** The model failed: it keeps its last good weights and learns no more. */
  QUARANTINED
}

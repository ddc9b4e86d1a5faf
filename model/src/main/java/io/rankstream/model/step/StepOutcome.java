package io.rankstream.model.step;

/** What became of a training step. */
public enum StepOutcome {
  /** The weights moved. */
  TAKEN,
  /** The batch was passed over: the weights are those before it. */
  SKIPPED,
  /** The model went back to the last weights known to be good. */
  ROLLED_BACK
}

package io.rankstream.model.step;

/** Why a step was skipped or rolled back. */
public enum StepFault {
  /** Loss, gradient or embeddings were infinite or not a number. */
  NON_FINITE,
  /** The gradient was many times as long as those before it. */
  EXPLODING_GRADIENT,
  /** All images got nearly the same embedding, for many steps in a row. */
  COLLAPSED_EMBEDDINGS
}

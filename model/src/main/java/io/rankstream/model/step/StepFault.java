package io.rankstream.model.step;

/** Why a step was not taken, or taken back. */
public enum StepFault {
  /** Loss, gradient or embeddings were infinite or no numbers. */
  NON_FINITE,
  /** The gradient was many times as long as those before it. */
  EXPLODING_GRADIENT,
  /** All images got nearly the same embedding, for many steps in a row. */
  COLLAPSED_EMBEDDINGS
}

package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;

/** Turns differences into losses by a margin. */
final class Hinge {

  private Hinge() {}

  /** {@code max(0, difference + margin)}, or for a soft margin {@code log(1 + exp(difference))}. */
  static NDArray of(NDArray difference, Margin margin) {
    return margin.isSoft()
        ? difference.getNDArrayInternal().softPlus()
        : difference.add(margin.value()).getNDArrayInternal().relu();
  }

  /** Number of losses above zero, as a scalar without a gradient. */
  static NDArray active(NDArray losses) {
    return losses.stopGradient().gt(0).toType(losses.getDataType(), false).sum();
  }
}

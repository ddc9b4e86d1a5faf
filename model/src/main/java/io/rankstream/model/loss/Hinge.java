package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;

/** How a margin turns differences into losses. */
final class Hinge {

  private Hinge() {}

  /** {@code max(0, difference + margin)}, or for a soft margin {@code log(1 + exp(difference))}. */
  static NDArray of(NDArray difference, Margin margin) {
    return margin.isSoft()
        ? difference.getNDArrayInternal().softPlus()
        : difference.add(margin.value()).getNDArrayInternal().relu();
  }

  /** How many losses are above zero, as a scalar that no gradient goes through. */
  static NDArray active(NDArray losses) {
    return losses.stopGradient().gt(0).toType(losses.getDataType(), false).sum();
  }
}

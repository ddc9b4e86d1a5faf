package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;

/** L2 normalisation of rows: {@code x / sqrt(max(Σx², ε))} with the paper code's ε = 1e-10. */
public final class UnitLength {

  private static final double EPSILON = 1e-10;
  private static final double NO_BOUND = 3e38; // the largest float, so that both precisions take it

  private UnitLength() {}

  /** {@code [N, D]} → rows of unit length; a row shorter than √ε stays short. */
  public static NDArray of(NDArray x) {
    return x.div(x.square().sum(new int[] {1}, true).clip(EPSILON, NO_BOUND).sqrt());
  }
}

package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.norm.BatchNorm;

/** BatchNorm over channels with torch's defaults: ε = 1e-5, running statistics move by a tenth. */
final class BatchNormalization {

  private static final float EPSILON = 1e-5f;
  private static final float KEPT = 0.9f; // DJL counts what stays, torch what is new

  private final Slot scale;
  private final Slot shift;
  private final Slot mean;
  private final Slot variance;

  BatchNormalization(ParameterLayout layout, String name, int channels) {
    scale = layout.parameter(name + ".weight", Initializer.constant(1), channels);
    shift = layout.parameter(name + ".bias", Initializer.constant(0), channels);
    mean = layout.statistic(name + ".running_mean", 0, channels);
    variance = layout.statistic(name + ".running_var", 1, channels);
  }

  /** {@code [N, C, H, W]} → the same shape; closes the input. */
  NDArray forward(Weights weights, NDArray x, boolean training) {
    NDArray y =
        BatchNorm.batchNorm(
                x,
                weights.get(mean),
                weights.get(variance),
                weights.get(scale),
                weights.get(shift),
                1,
                KEPT,
                EPSILON,
                training && !weights.isFrozen(scale))
            .singletonOrThrow();
    x.close(); // autograd holds what it needs
    return y;
  }

  /** BatchNorm, then ReLU; closes the input. */
  NDArray forwardRelu(Weights weights, NDArray x, boolean training) {
    NDArray y = forward(weights, x, training);
    NDArray activated = y.getNDArrayInternal().relu();
    y.close();
    return activated;
  }
}

package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;

/**
 * BatchNorm over channels with PyTorch's defaults: ε = 1e-5, running statistics move by a tenth.
 */
final class BatchNormalization {

  private static final float DEFAULT_EPSILON = 1e-5f;
  private static final float KEPT =
      0.9f; // DJL names the share of the old value, PyTorch that of the new one

  private final Slot scale;
  private final Slot shift;
  private final Slot mean;
  private final Slot variance;
  private final float epsilon;

  /** Of a map that may come from anywhere. */
  BatchNormalization(ParameterLayout layout, String name, int channels) {
    this(layout, name, channels, DEFAULT_EPSILON);
  }

  /** Of the output of a convolution, which goes nowhere else. */
  BatchNormalization(ParameterLayout layout, String name, Convolution before) {
    this(layout, name, before, DEFAULT_EPSILON);
  }

  /** Of the output of a convolution, which goes nowhere else. */
  BatchNormalization(ParameterLayout layout, String name, Convolution before, float epsilon) {
    this(layout, name, Math.toIntExact(before.kernels().shape().get(0)), epsilon);
    layout.folding(new Folding(before.kernels(), scale, shift, mean, variance, epsilon));
  }

  private BatchNormalization(ParameterLayout layout, String name, int channels, float epsilon) {
    scale = layout.parameter(name + ".weight", Initializer.constant(1), channels);
    shift = layout.parameter(name + ".bias", Initializer.constant(0), channels);
    mean = layout.statistic(name + ".running_mean", 0, channels);
    variance = layout.statistic(name + ".running_var", 1, channels);
    this.epsilon = epsilon;
  }

  /** {@code [N, C, H, W]} → the same shape; closes the input, or returns it. */
  NDArray forward(Weights weights, NDArray x, boolean training) {
    if (weights.isFolded(scale)) {
      return x;
    }

    NDArray y =
        BatchNorm.batchNorm(
                x,
                weights.get(mean),
                weights.get(variance),
                weights.get(scale),
                weights.get(shift),
                1,
                KEPT,
                epsilon,
                training && !weights.isFrozen(scale))
            .singletonOrThrow();
    x.close(); // autograd keeps the arrays that it needs
    return y;
  }

  /** BatchNorm, then ReLU; closes the input. */
  NDArray forwardRelu(Weights weights, NDArray x, boolean training) {
    NDArray y = forward(weights, x, training);
    NDArray activated = y.getNDArrayInternal().relu();
    y.close();
    return activated;
  }

  /**
   * BatchNorm, then max-pooling, then ReLU: the same values and gradients as pooling last, with
   * less for ReLU to do; closes the input.
   */
  NDArray forwardMaxPoolRelu(
      Weights weights, NDArray x, Shape window, Shape stride, Shape padding, boolean training) {
    NDArray y = forward(weights, x, training);
    NDArray pooled = Pool.maxPool2d(y, window, stride, padding, false);
    y.close();
    NDArray activated = pooled.getNDArrayInternal().relu();
    pooled.close();
    return activated;
  }

  /** BatchNorm, then ReLU; the input stays open. */
  NDArray forwardReluKeepingInput(Weights weights, NDArray x, boolean training) {
    NDArray secondHandle = x.reshape(x.getShape());
    return forwardRelu(weights, secondHandle, training);
  }

  /** BatchNorm, then ReLU6, which is {@code min(max(x, 0), 6)}; closes the input. */
  NDArray forwardRelu6(Weights weights, NDArray x, boolean training) {
    NDArray y = forward(weights, x, training);
    NDArray activated = training ? reluWithoutWhatIsAbove6(y) : y.clip(0, 6);
    y.close();
    return activated;
  }

  /**
   * {@code relu(x) - relu(x - 6)}: ReLU6 for training. The backward pass of clip compares each
   * value with both bounds in passes of their own, which took two fifths of a step of MobileNetV2.
   */
  private static NDArray reluWithoutWhatIsAbove6(NDArray x) {
    try (NDArray six = x.getManager().create(6f);
        NDArray relu = x.getNDArrayInternal().relu();
        NDArray beyond = x.sub(six);
        NDArray excess = beyond.getNDArrayInternal().relu()) {
      return relu.sub(excess);
    }
  }
}

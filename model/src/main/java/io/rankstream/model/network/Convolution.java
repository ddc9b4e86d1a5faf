package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;

/** A 2-D convolution, without bias but for that of a folded BatchNorm. */
final class Convolution {

  private static final Shape NO_DILATION = new Shape(1, 1);

  private final Slot weight;
  private final Shape stride;
  private final Shape padding;
  private final int groups;

  private Convolution(Slot weight, Kernel kernel, int groups) {
    this.weight = weight;
    this.groups = groups;
    stride = new Shape(kernel.stride(), kernel.stride());
    padding =
        kernel.isPadded() ? new Shape(kernel.height() / 2, kernel.width() / 2) : new Shape(0, 0);
  }

  /**
   * A convolution over all channels.
   *
   * @param inputs channels of the input
   * @param outputs channels of the output
   */
  Convolution(
      ParameterLayout layout,
      String name,
      int inputs,
      int outputs,
      Kernel kernel,
      Initializer initializer) {
    this(
        layout.parameter(
            name + ".weight", initializer, outputs, inputs, kernel.height(), kernel.width()),
        kernel,
        1);
  }

  /** A convolution of each channel by itself. */
  static Convolution depthwise(
      ParameterLayout layout, String name, int channels, Kernel kernel, Initializer initializer) {
    return new Convolution(
        layout.parameter(
            name + ".weight", initializer, channels, 1, kernel.height(), kernel.width()),
        kernel,
        channels);
  }

  /** The kernels, {@code [out, in, H, W]}. */
  Slot kernels() {
    return weight;
  }

  /** {@code [N, in, H, W]} → {@code [N, out, H', W']}; the input stays open. */
  NDArray forward(Weights weights, NDArray x) {
    return Conv2d.conv2d(
            x,
            weights.get(weight),
            weights.foldedBias(weight),
            stride,
            padding,
            NO_DILATION,
            groups)
        .singletonOrThrow();
  }
}

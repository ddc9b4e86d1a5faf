package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;

/** A 2-D convolution without bias. */
final class Convolution {

  private final Slot weight;
  private final Shape stride;
  private final Shape padding;
  private final int groups;

  private Convolution(Slot weight, int stride, Shape padding, int groups) {
    this.weight = weight;
    this.stride = new Shape(stride, stride);
    this.padding = padding;
    this.groups = groups;
  }

  /** A square convolution. */
  Convolution(
      ParameterLayout layout,
      String name,
      int inputs,
      int outputs,
      int kernel,
      int stride,
      int padding,
      Initializer initializer) {
    this(
        layout.parameter(name + ".weight", initializer, outputs, inputs, kernel, kernel),
        stride,
        new Shape(padding, padding),
        1);
  }

  /** A convolution with a kernel of odd height and width that keeps the size of the map. */
  static Convolution sameSize(
      ParameterLayout layout,
      String name,
      int inputs,
      int outputs,
      int kernelHeight,
      int kernelWidth,
      Initializer initializer) {
    return new Convolution(
        layout.parameter(name + ".weight", initializer, outputs, inputs, kernelHeight, kernelWidth),
        1,
        new Shape(kernelHeight / 2, kernelWidth / 2),
        1);
  }

  /** A 3×3 convolution of each channel by itself, with padding 1. */
  static Convolution depthwise(
      ParameterLayout layout, String name, int channels, int stride, Initializer initializer) {
    return new Convolution(
        layout.parameter(name + ".weight", initializer, channels, 1, 3, 3),
        stride,
        new Shape(1, 1),
        channels);
  }

  /** {@code [N, in, H, W]} → {@code [N, out, H', W']}; the input stays open. */
  NDArray forward(Weights weights, NDArray x) {
    return Conv2d.conv2d(x, weights.get(weight), null, stride, padding, new Shape(1, 1), groups)
        .singletonOrThrow();
  }
}

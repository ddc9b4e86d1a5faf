package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;

/** A square 2-D convolution without bias. */
final class Convolution {

  private final Slot weight;
  private final Shape stride;
  private final Shape padding;

  Convolution(
      ParameterLayout layout,
      String name,
      int inputs,
      int outputs,
      int kernel,
      int stride,
      int padding,
      Initializer initializer) {
    this.weight = layout.parameter(name + ".weight", initializer, outputs, inputs, kernel, kernel);
    this.stride = new Shape(stride, stride);
    this.padding = new Shape(padding, padding);
  }

  /** {@code [N, in, H, W]} → {@code [N, out, H', W']}; the input stays open. */
  NDArray forward(Weights weights, NDArray x) {
    return Conv2d.conv2d(x, weights.get(weight), null, stride, padding, new Shape(1, 1), 1)
        .singletonOrThrow();
  }
}

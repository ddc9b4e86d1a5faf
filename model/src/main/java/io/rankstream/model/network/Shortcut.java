package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.pooling.Pool;

/** The way past the convolutions of a {@link ResidualBlock}, to the shape of its output. */
interface Shortcut {

  /** {@code [N, in, H, W]} → {@code [N, out, H / stride, W / stride]}; the input stays open. */
  NDArray forward(Weights weights, NDArray input, boolean training);

  /** The input as it is, for a block that keeps the shape. */
  static Shortcut identity() {
    return (weights, input, training) -> input;
  }

  /** A 1×1 convolution with BatchNorm: option B of He et al. 2015, as in torchvision. */
  static Shortcut projection(
      ParameterLayout layout, String name, int inputs, int outputs, int stride) {
    Convolution convolution =
        ResidualBlock.convolution(layout, name + ".0", inputs, outputs, 1, stride);
    BatchNormalization norm = new BatchNormalization(layout, name + ".1", convolution);
    return (weights, input, training) ->
        norm.forward(weights, convolution.forward(weights, input), training);
  }

  /**
   * Every {@code stride}-th pixel of every {@code stride}-th row, and channels of zeros, as many in
   * front as behind: option A of He et al. 2015, without parameters. The paper does not say where
   * the zeros are; the implementations that others compare with have them there.
   */
  static Shortcut padding(int inputs, int outputs, int stride) {
    int zeros = (outputs - inputs) / 2;
    return (weights, input, training) -> {
      NDArray taken = // the mean of a window of one pixel
          Pool.avgPool2d(
              input, new Shape(1, 1), new Shape(stride, stride), new Shape(0, 0), false, true);
      Shape shape = taken.getShape();
      NDManager manager = taken.getManager();
      try (NDArray none =
          manager.zeros(
              new Shape(shape.get(0), zeros, shape.get(2), shape.get(3)),
              ConstantType.beside(taken))) {
        NDArray padded = NDArrays.concat(new NDList(none, taken, none), 1);
        taken.close();
        return padded;
      }
    };
  }
}

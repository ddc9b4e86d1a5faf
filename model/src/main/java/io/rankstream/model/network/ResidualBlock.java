package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * A residual block: two 3×3 convolutions, or a bottleneck of 1×1, 3×3 and 1×1 with four times the
 * width at its end. The stride is in the first 3×3 convolution.
 */
final class ResidualBlock {

  private static final int EXPANSION = 4;

  private enum Form {
    BASIC,
    BOTTLENECK,
    PADDED
  }

  private final List<Convolution> convolutions = new ArrayList<>();
  private final List<BatchNormalization> norms = new ArrayList<>();
  private final Shortcut shortcut;
  private final int outputs;

  private ResidualBlock(
      ParameterLayout layout, String name, int inputs, int width, int stride, Form form) {
    boolean bottleneck = form == Form.BOTTLENECK;
    outputs = bottleneck ? width * EXPANSION : width;
    int[] kernels = bottleneck ? new int[] {1, 3, 1} : new int[] {3, 3};
    int strided = bottleneck ? 1 : 0;
    int from = inputs;
    for (int i = 0; i < kernels.length; i++) {
      int to = i == kernels.length - 1 ? outputs : width;
      convolutions.add(
          convolution(
              layout, name + ".conv" + (i + 1), from, to, kernels[i], i == strided ? stride : 1));
      norms.add(new BatchNormalization(layout, name + ".bn" + (i + 1), convolutions.get(i)));
      from = to;
    }

    if (stride == 1 && inputs == outputs) {
      shortcut = Shortcut.identity();
    } else if (form == Form.PADDED) {
      shortcut = Shortcut.padding(inputs, outputs, stride);
    } else {
      shortcut = Shortcut.projection(layout, name + ".downsample", inputs, outputs, stride);
    }
  }

  /** Two convolutions. */
  static ResidualBlock basic(
      ParameterLayout layout, String name, int inputs, int width, int stride) {
    return new ResidualBlock(layout, name, inputs, width, stride, Form.BASIC);
  }

  /** Three convolutions with four times the width at the end. */
  static ResidualBlock bottleneck(
      ParameterLayout layout, String name, int inputs, int width, int stride) {
    return new ResidualBlock(layout, name, inputs, width, stride, Form.BOTTLENECK);
  }

  /** Two convolutions, and a shortcut without parameters. */
  static ResidualBlock padded(
      ParameterLayout layout, String name, int inputs, int width, int stride) {
    return new ResidualBlock(layout, name, inputs, width, stride, Form.PADDED);
  }

  int outputs() {
    return outputs;
  }

  /** {@code [N, in, H, W]} → {@code [N, out, H / stride, W / stride]}; the input stays open. */
  NDArray forward(Weights weights, NDArray input, boolean training) {
    NDArray x = input;
    for (int i = 0; i < convolutions.size(); i++) {
      NDArray convolved = convolutions.get(i).forward(weights, x);
      if (i > 0) {
        x.close();
      }

      boolean last = i == convolutions.size() - 1;
      x =
          last
              ? norms.get(i).forward(weights, convolved, training)
              : norms.get(i).forwardRelu(weights, convolved, training);
    }

    NDArray past = shortcut.forward(weights, input, training);
    NDArray sum = x.add(past); // in place, the gradient would be copied three times
    x.close();
    if (past != input) {
      past.close();
    }
    NDArray activated = sum.getNDArrayInternal().relu();
    sum.close();
    return activated;
  }

  /** A padded square convolution with the initial values of torchvision's ResNet. */
  static Convolution convolution(
      ParameterLayout layout, String name, int inputs, int outputs, int size, int stride) {
    Kernel kernel = Kernel.square(size).withStride(stride);
    Initializer initializer = Initializer.kaimingNormal(outputs * kernel.area());
    return new Convolution(layout, name, inputs, outputs, kernel, initializer);
  }
}

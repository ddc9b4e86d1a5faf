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

  private final List<Convolution> convolutions = new ArrayList<>();
  private final List<BatchNormalization> norms = new ArrayList<>();
  private final Convolution shortcut;
  private final BatchNormalization shortcutNorm;
  private final int outputs;

  ResidualBlock(
      ParameterLayout layout, String name, int inputs, int width, int stride, boolean bottleneck) {
    outputs = bottleneck ? width * EXPANSION : width;
    int[] kernels = bottleneck ? new int[] {1, 3, 1} : new int[] {3, 3};
    int strided = bottleneck ? 1 : 0;
    int from = inputs;
    for (int i = 0; i < kernels.length; i++) {
      int to = i == kernels.length - 1 ? outputs : width;
      convolutions.add(
          convolution(
              layout, name + ".conv" + (i + 1), from, to, kernels[i], i == strided ? stride : 1));
      norms.add(new BatchNormalization(layout, name + ".bn" + (i + 1), to));
      from = to;
    }

    boolean projects = stride != 1 || inputs != outputs;
    shortcut =
        projects ? convolution(layout, name + ".downsample.0", inputs, outputs, 1, stride) : null;
    shortcutNorm =
        projects ? new BatchNormalization(layout, name + ".downsample.1", outputs) : null;
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

    NDArray identity =
        shortcut == null
            ? input
            : shortcutNorm.forward(weights, shortcut.forward(weights, input), training);
    NDArray sum = x.add(identity); // in place, the gradient would be copied three times
    x.close();
    if (shortcut != null) {
      identity.close();
    }
    NDArray activated = sum.getNDArrayInternal().relu();
    sum.close();
    return activated;
  }

  private static Convolution convolution(
      ParameterLayout layout, String name, int inputs, int outputs, int size, int stride) {
    Kernel kernel = Kernel.square(size).withStride(stride);
    Initializer initializer = Initializer.kaimingNormal(outputs * kernel.area());
    return new Convolution(layout, name, inputs, outputs, kernel, initializer);
  }
}

package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.pooling.Pool;

/**
 * The blocks of Inception-v4. Every convolution is followed by BatchNorm with ε = 1e-3 and ReLU.
 *
 * @see <a href="https://arxiv.org/abs/1602.07261">Szegedy et al. 2016, Inception-v4,
 *     Inception-ResNet and the Impact of Residual Connections on Learning</a>, figures 3 to 9
 */
final class InceptionBlocks {

  private static final float EPSILON = 1e-3f;
  private static final Shape THREE = new Shape(3, 3);

  private static final Layer MAX_POOL =
      (weights, x, training) -> Pool.maxPool2d(x, THREE, new Shape(2, 2), new Shape(0, 0), false);

  private final ParameterLayout layout;

  InceptionBlocks(ParameterLayout layout) {
    this.layout = layout;
  }

  /** The three convolutions before the first branch: 64 channels. */
  Layer stem(String prefix, int inputChannels) {
    return Layer.chain(
        valid(prefix + ".0", inputChannels, 32, 2),
        valid(prefix + ".1", 32, 32, 1),
        same(prefix + ".2", 32, 64, 3, 3));
  }

  /** From 64 to 160 channels; halves the map. */
  Layer mixed3a(String name) {
    return Layer.branches(MAX_POOL, valid(name + ".conv", 64, 96, 2));
  }

  /** From 160 to 192 channels. */
  Layer mixed4a(String name) {
    return Layer.branches(
        Layer.chain(
            same(name + ".branch0.0", 160, 64, 1, 1), valid(name + ".branch0.1", 64, 96, 1)),
        Layer.chain(
            same(name + ".branch1.0", 160, 64, 1, 1),
            same(name + ".branch1.1", 64, 64, 1, 7),
            same(name + ".branch1.2", 64, 64, 7, 1),
            valid(name + ".branch1.3", 64, 96, 1)));
  }

  /** From 192 to 384 channels; halves the map. */
  Layer mixed5a(String name) {
    return Layer.branches(valid(name + ".conv", 192, 192, 2), MAX_POOL);
  }

  /** Inception-A: 384 channels. */
  Layer a(String name) {
    return Layer.branches(
        same(name + ".branch0", 384, 96, 1, 1),
        Layer.chain(
            same(name + ".branch1.0", 384, 64, 1, 1), same(name + ".branch1.1", 64, 96, 3, 3)),
        Layer.chain(
            same(name + ".branch2.0", 384, 64, 1, 1),
            same(name + ".branch2.1", 64, 96, 3, 3),
            same(name + ".branch2.2", 96, 96, 3, 3)),
        pooled(name, 384, 96));
  }

  /** Reduction-A: from 384 to 1024 channels; halves the map. */
  Layer reductionA(String name) {
    return Layer.branches(
        valid(name + ".branch0", 384, 384, 2),
        Layer.chain(
            same(name + ".branch1.0", 384, 192, 1, 1),
            same(name + ".branch1.1", 192, 224, 3, 3),
            valid(name + ".branch1.2", 224, 256, 2)),
        MAX_POOL);
  }

  /** Inception-B: 1024 channels. */
  Layer b(String name) {
    return Layer.branches(
        same(name + ".branch0", 1024, 384, 1, 1),
        Layer.chain(
            same(name + ".branch1.0", 1024, 192, 1, 1),
            same(name + ".branch1.1", 192, 224, 1, 7),
            same(name + ".branch1.2", 224, 256, 7, 1)),
        Layer.chain(
            same(name + ".branch2.0", 1024, 192, 1, 1),
            same(name + ".branch2.1", 192, 192, 7, 1),
            same(name + ".branch2.2", 192, 224, 1, 7),
            same(name + ".branch2.3", 224, 224, 7, 1),
            same(name + ".branch2.4", 224, 256, 1, 7)),
        pooled(name, 1024, 128));
  }

  /** Reduction-B: from 1024 to 1536 channels; halves the map. */
  Layer reductionB(String name) {
    return Layer.branches(
        Layer.chain(
            same(name + ".branch0.0", 1024, 192, 1, 1), valid(name + ".branch0.1", 192, 192, 2)),
        Layer.chain(
            same(name + ".branch1.0", 1024, 256, 1, 1),
            same(name + ".branch1.1", 256, 256, 1, 7),
            same(name + ".branch1.2", 256, 320, 7, 1),
            valid(name + ".branch1.3", 320, 320, 2)),
        MAX_POOL);
  }

  /** Inception-C: 1536 channels. */
  Layer c(String name) {
    return Layer.branches(
        same(name + ".branch0", 1536, 256, 1, 1),
        Layer.chain(
            same(name + ".branch1_0", 1536, 384, 1, 1),
            Layer.branches(
                same(name + ".branch1_1a", 384, 256, 1, 3),
                same(name + ".branch1_1b", 384, 256, 3, 1))),
        Layer.chain(
            same(name + ".branch2_0", 1536, 384, 1, 1),
            same(name + ".branch2_1", 384, 448, 3, 1),
            same(name + ".branch2_2", 448, 512, 1, 3),
            Layer.branches(
                same(name + ".branch2_3a", 512, 256, 1, 3),
                same(name + ".branch2_3b", 512, 256, 3, 1))),
        pooled(name, 1536, 256));
  }

  private Layer pooled(String name, int inputs, int outputs) {
    return Layer.chain(
        (weights, x, training) -> average(x), same(name + ".branch3.1", inputs, outputs, 1, 1));
  }

  /** 3×3 average that keeps the size of the map; pixels outside of the map do not count. */
  private static NDArray average(NDArray x) {
    Shape shape = x.getShape();
    // DJL's countIncludePad has no effect, so the outside counts as zeros and is divided out
    // afterwards.
    try (NDArray ones =
            x.getManager()
                .ones(new Shape(1, 1, shape.get(2), shape.get(3)), ConstantType.beside(x));
        NDArray inside = averageWithOutside(ones);
        NDArray average = averageWithOutside(x)) {
      return average.div(inside);
    }
  }

  private static NDArray averageWithOutside(NDArray x) {
    Shape one = new Shape(1, 1);
    return Pool.avgPool2d(x, THREE, one, one, false, true);
  }

  /** A convolution that keeps the size of the map. */
  private Layer same(String name, int inputs, int outputs, int height, int width) {
    return unit(name, inputs, outputs, Kernel.of(height, width));
  }

  /** A 3×3 convolution without padding. */
  private Layer valid(String name, int inputs, int outputs, int stride) {
    return unit(name, inputs, outputs, Kernel.square(3).withStride(stride).withoutPadding());
  }

  private Layer unit(String name, int inputs, int outputs, Kernel kernel) {
    Initializer initializer = Initializer.torchDefault(inputs * kernel.area());
    Convolution convolution =
        new Convolution(layout, name + ".conv", inputs, outputs, kernel, initializer);
    return Layer.relu(
        convolution, new BatchNormalization(layout, name + ".bn", convolution, EPSILON));
  }
}

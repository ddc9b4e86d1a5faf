package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * MobileNetV2 with torchvision's semantics and parameter names, without dropout.
 *
 * @see <a href="https://arxiv.org/abs/1801.04381">Sandler et al. 2018, MobileNetV2: Inverted
 *     Residuals and Linear Bottlenecks</a>
 */
final class MobileNetV2 implements FeatureExtractor {

  private static final int STEM_CHANNELS = 32;
  private static final int LAST_CHANNELS = 1280;
  private static final Stage[] STAGES = {
    new Stage(1, 16, 1, 1),
    new Stage(6, 24, 2, 2),
    new Stage(6, 32, 3, 2),
    new Stage(6, 64, 4, 2),
    new Stage(6, 96, 3, 1),
    new Stage(6, 160, 3, 2),
    new Stage(6, 320, 1, 1)
  };

  private final Layer body;

  MobileNetV2(ParameterLayout layout, int inputChannels) {
    List<Layer> layers = new ArrayList<>();
    layers.add(
        relu6(
            layout,
            square(layout, "features.0.0", inputChannels, STEM_CHANNELS, 3, 2),
            "features.0.1"));
    int inputs = STEM_CHANNELS;
    for (Stage stage : STAGES) {
      for (int i = 0; i < stage.depth(); i++) {
        String name = "features.%s.conv".formatted(layers.size());
        int stride = i == 0 ? stage.stride() : 1;
        layers.add(
            invertedResidual(layout, name, inputs, stage.expansion(), stage.channels(), stride));
        inputs = stage.channels();
      }
    }
    layers.add(pointwise(layout, "features.%s".formatted(layers.size()), inputs, LAST_CHANNELS));
    body = Layer.chain(layers);
  }

  @Override
  public FeatureMaps forward(Weights weights, NDArray images, boolean training) {
    return FeatureMaps.shared(body.forward(weights, images, training));
  }

  @Override
  public int classificationChannels() {
    return LAST_CHANNELS;
  }

  @Override
  public int embeddingChannels() {
    return LAST_CHANNELS;
  }

  @Override
  public String classifierName() {
    return "classifier.1";
  }

  @Override
  public int embeddingSide(int imageSide) {
    return (imageSide + 31) / 32; // halved five times, rounded up
  }

  /** Expands the channels, convolves each by itself, and projects them linearly to fewer. */
  private static Layer invertedResidual(
      ParameterLayout layout, String name, int inputs, int expansion, int outputs, int stride) {
    int hidden = inputs * expansion;
    List<Layer> layers = new ArrayList<>();
    if (expansion > 1) {
      layers.add(pointwise(layout, name + ".0", inputs, hidden));
    }

    String depthwise = name + "." + layers.size();
    layers.add(
        relu6(
            layout,
            Convolution.depthwise(
                layout,
                depthwise + ".0",
                hidden,
                Kernel.square(3).withStride(stride),
                Initializer.kaimingNormal(hidden * 9L)),
            depthwise + ".1"));
    int next = layers.size();
    Convolution projection = square(layout, name + "." + next, hidden, outputs, 1, 1);
    BatchNormalization norm = new BatchNormalization(layout, name + "." + (next + 1), projection);
    layers.add(
        (weights, x, training) -> norm.forward(weights, projection.forward(weights, x), training));
    Layer block = Layer.chain(layers);
    return stride == 1 && inputs == outputs ? residual(block) : block;
  }

  private static Layer residual(Layer block) {
    return (weights, x, training) -> {
      NDArray y = block.forward(weights, x, training);
      NDArray sum = x.add(y);
      y.close();
      return sum;
    };
  }

  private static Layer pointwise(ParameterLayout layout, String name, int inputs, int outputs) {
    return relu6(layout, square(layout, name + ".0", inputs, outputs, 1, 1), name + ".1");
  }

  private static Layer relu6(ParameterLayout layout, Convolution convolution, String normName) {
    BatchNormalization norm = new BatchNormalization(layout, normName, convolution);
    return (weights, x, training) ->
        norm.forwardRelu6(weights, convolution.forward(weights, x), training);
  }

  private static Convolution square(
      ParameterLayout layout, String name, int inputs, int outputs, int size, int stride) {
    Kernel kernel = Kernel.square(size).withStride(stride);
    Initializer initializer = Initializer.kaimingNormal(outputs * kernel.area());
    return new Convolution(layout, name, inputs, outputs, kernel, initializer);
  }

  /**
   * Blocks of the same width.
   *
   * @param expansion factor of the hidden channels
   * @param channels channels at the end of each block
   * @param depth blocks
   * @param stride stride of the first block
   */
  private record Stage(int expansion, int channels, int depth, int stride) {}
}

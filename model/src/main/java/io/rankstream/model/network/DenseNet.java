package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.pooling.Pool;
import java.util.ArrayList;
import java.util.List;

/**
 * DenseNet-BC with torchvision's semantics and parameter names. The embedding head takes the map of
 * the last dense block before the last BatchNorm, as the paper's code does; the softmax head takes
 * it after BatchNorm and ReLU.
 *
 * @see <a href="https://arxiv.org/abs/1608.06993">Huang et al. 2016, Densely Connected
 *     Convolutional Networks</a>
 */
final class DenseNet implements FeatureExtractor {

  private static final int BOTTLENECK = 4;
  private static final Shape TWO = new Shape(2, 2);

  private final Layer body;
  private final BatchNormalization lastNorm;
  private final int channels;

  private DenseNet(
      ParameterLayout layout, int inputChannels, int stemChannels, int growth, int[] depths) {
    List<Layer> layers = new ArrayList<>();
    layers.add(stem(layout, inputChannels, stemChannels));
    int width = stemChannels;
    for (int stage = 0; stage < depths.length; stage++) {
      if (stage > 0) {
        layers.add(transition(layout, "features.transition" + stage, width));
        width /= 2;
      }
      for (int i = 0; i < depths[stage]; i++) {
        String name = "features.denseblock%s.denselayer%s".formatted(stage + 1, i + 1);
        layers.add(denseLayer(layout, name, width, growth));
        width += growth;
      }
    }
    body = Layer.chain(layers);
    lastNorm = new BatchNormalization(layout, "features.norm5", width);
    channels = width;
  }

  static DenseNet densenet121(ParameterLayout layout, int inputChannels) {
    return new DenseNet(layout, inputChannels, 64, 32, new int[] {6, 12, 24, 16});
  }

  static DenseNet densenet161(ParameterLayout layout, int inputChannels) {
    return new DenseNet(layout, inputChannels, 96, 48, new int[] {6, 12, 36, 24});
  }

  @Override
  public FeatureMaps forward(Weights weights, NDArray images, boolean training) {
    NDArray embedding = body.forward(weights, images, training);
    NDArray classification = lastNorm.forwardReluKeepingInput(weights, embedding, training);
    return new FeatureMaps(classification, embedding);
  }

  @Override
  public int classificationChannels() {
    return channels;
  }

  @Override
  public int embeddingChannels() {
    return channels;
  }

  @Override
  public String classifierName() {
    return "classifier";
  }

  @Override
  public int embeddingSide(int imageSide) {
    int afterStem = (imageSide + 3) / 4; // halved twice, rounded up
    return afterStem / 8; // halved three times, rounded down
  }

  private static Layer stem(ParameterLayout layout, int inputs, int outputs) {
    Kernel kernel = Kernel.square(7).withStride(2);
    Initializer initializer = Initializer.kaimingNormal(inputs * kernel.area());
    Convolution convolution =
        new Convolution(layout, "features.conv0", inputs, outputs, kernel, initializer);
    return Layer.chain(
        Layer.relu(convolution, new BatchNormalization(layout, "features.norm0", convolution)),
        (weights, x, training) -> Pool.maxPool2d(x, new Shape(3, 3), TWO, new Shape(1, 1), false));
  }

  /** Appends {@code growth} channels to those of its input. */
  private static Layer denseLayer(ParameterLayout layout, String name, int inputs, int growth) {
    int width = BOTTLENECK * growth;
    BatchNormalization firstNorm = new BatchNormalization(layout, name + ".norm1", inputs);
    Convolution first = convolution(layout, name + ".conv1", inputs, width, 1);
    BatchNormalization secondNorm = new BatchNormalization(layout, name + ".norm2", first);
    Convolution second = convolution(layout, name + ".conv2", width, growth, 3);
    Layer addition = Layer.chain(normFirst(firstNorm, first), normFirst(secondNorm, second));
    return (weights, x, training) -> {
      NDArray added = addition.forward(weights, x, training);
      NDArray joined = x.concat(added, 1);
      added.close();
      return joined;
    };
  }

  /** Halves channels, height and width. */
  private static Layer transition(ParameterLayout layout, String name, int inputs) {
    BatchNormalization norm = new BatchNormalization(layout, name + ".norm", inputs);
    Convolution convolution = convolution(layout, name + ".conv", inputs, inputs / 2, 1);
    return Layer.chain(
        normFirst(norm, convolution),
        (weights, x, training) -> Pool.avgPool2d(x, TWO, TWO, new Shape(0, 0), false, true));
  }

  /** BatchNorm, ReLU and a convolution that keeps the size of the map. */
  private static Layer normFirst(BatchNormalization norm, Convolution convolution) {
    return (weights, x, training) -> {
      NDArray activated = norm.forwardReluKeepingInput(weights, x, training);
      NDArray convolved = convolution.forward(weights, activated);
      activated.close();
      return convolved;
    };
  }

  private static Convolution convolution(
      ParameterLayout layout, String name, int inputs, int outputs, int size) {
    Kernel kernel = Kernel.square(size);
    Initializer initializer = Initializer.kaimingNormal(inputs * kernel.area());
    return new Convolution(layout, name, inputs, outputs, kernel, initializer);
  }
}

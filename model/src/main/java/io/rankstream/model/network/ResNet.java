package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * ResNet with torchvision's semantics and parameter names.
 *
 * @see <a href="https://arxiv.org/abs/1512.03385">He et al. 2015, Deep Residual Learning for Image
 *     Recognition</a>
 */
final class ResNet implements FeatureExtractor {

  private static final int STEM_CHANNELS = 64;

  private final Convolution stem;
  private final BatchNormalization stemNorm;
  private final List<ResidualBlock> blocks = new ArrayList<>();
  private final int channels;

  private ResNet(ParameterLayout layout, int inputChannels, int[] depths, boolean bottleneck) {
    stem =
        new Convolution(
            layout,
            "conv1",
            inputChannels,
            STEM_CHANNELS,
            Kernel.square(7).withStride(2),
            Initializer.kaimingNormal(STEM_CHANNELS * 49L));
    stemNorm = new BatchNormalization(layout, "bn1", STEM_CHANNELS);
    int inputs = STEM_CHANNELS;
    for (int stage = 0; stage < depths.length; stage++) {
      int width = STEM_CHANNELS << stage;
      for (int i = 0; i < depths[stage]; i++) {
        int stride = stage > 0 && i == 0 ? 2 : 1;
        String name = "layer%s.%s".formatted(stage + 1, i);
        ResidualBlock block =
            bottleneck
                ? ResidualBlock.bottleneck(layout, name, inputs, width, stride)
                : ResidualBlock.basic(layout, name, inputs, width, stride);
        blocks.add(block);
        inputs = block.outputs();
      }
    }
    channels = inputs;
  }

  static ResNet resnet18(ParameterLayout layout, int inputChannels) {
    return new ResNet(layout, inputChannels, new int[] {2, 2, 2, 2}, false);
  }

  static ResNet resnet34(ParameterLayout layout, int inputChannels) {
    return new ResNet(layout, inputChannels, new int[] {3, 4, 6, 3}, false);
  }

  static ResNet resnet50(ParameterLayout layout, int inputChannels) {
    return new ResNet(layout, inputChannels, new int[] {3, 4, 6, 3}, true);
  }

  @Override
  public FeatureMaps forward(Weights weights, NDArray images, boolean training) {
    NDArray x =
        stemNorm.forwardMaxPoolRelu(
            weights,
            stem.forward(weights, images),
            new Shape(3, 3),
            new Shape(2, 2),
            new Shape(1, 1),
            training);
    for (ResidualBlock block : blocks) {
      NDArray y = block.forward(weights, x, training);
      x.close();
      x = y;
    }

    return FeatureMaps.shared(x);
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
    return "fc";
  }

  @Override
  public int embeddingSide(int imageSide) {
    int side = imageSide;
    for (int halving = 0; halving < 5; halving++) {
      side = (side + 1) / 2;
    }

    return side;
  }
}

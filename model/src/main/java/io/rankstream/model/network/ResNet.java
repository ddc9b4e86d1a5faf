package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

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
  private final ResidualStages stages;

  private ResNet(
      ParameterLayout layout, int inputChannels, int[] depths, ResidualStages.BlockForm form) {
    stem =
        new Convolution(
            layout,
            "conv1",
            inputChannels,
            STEM_CHANNELS,
            Kernel.square(7).withStride(2),
            Initializer.kaimingNormal(STEM_CHANNELS * 49L));
    stemNorm = new BatchNormalization(layout, "bn1", stem);
    stages = new ResidualStages(layout, STEM_CHANNELS, depths, form);
  }

  static ResNet resnet18(ParameterLayout layout, int inputChannels) {
    return new ResNet(layout, inputChannels, new int[] {2, 2, 2, 2}, ResidualBlock::basic);
  }

  static ResNet resnet34(ParameterLayout layout, int inputChannels) {
    return new ResNet(layout, inputChannels, new int[] {3, 4, 6, 3}, ResidualBlock::basic);
  }

  static ResNet resnet50(ParameterLayout layout, int inputChannels) {
    return new ResNet(layout, inputChannels, new int[] {3, 4, 6, 3}, ResidualBlock::bottleneck);
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
    return FeatureMaps.shared(stages.forward(weights, x, training));
  }

  @Override
  public int classificationChannels() {
    return stages.outputs();
  }

  @Override
  public int embeddingChannels() {
    return stages.outputs();
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

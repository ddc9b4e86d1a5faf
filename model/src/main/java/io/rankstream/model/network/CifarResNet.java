package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;

/**
 * ResNet in its form for CIFAR: a 3×3 convolution with 16 channels, three stages of 16, 32 and 64
 * channels, and shortcuts without parameters. With five blocks a stage it has 32 layers and 0.46
 * million parameters.
 *
 * @see <a href="https://arxiv.org/abs/1512.03385">He et al. 2015, Deep Residual Learning for Image
 *     Recognition, section 4.2</a>
 */
final class CifarResNet implements FeatureExtractor {

  private static final int STEM_CHANNELS = 16;
  private static final int STAGES = 3;

  private final Convolution stem;
  private final BatchNormalization stemNorm;
  private final ResidualStages stages;

  private CifarResNet(ParameterLayout layout, int inputChannels, int depth) {
    stem = ResidualBlock.convolution(layout, "conv1", inputChannels, STEM_CHANNELS, 3, 1);
    stemNorm = new BatchNormalization(layout, "bn1", stem);
    int[] depths = new int[STAGES];
    Arrays.fill(depths, depth);
    stages = new ResidualStages(layout, STEM_CHANNELS, depths, ResidualBlock::padded);
  }

  static CifarResNet resnet32(ParameterLayout layout, int inputChannels) {
    return new CifarResNet(layout, inputChannels, 5);
  }

  @Override
  public FeatureMaps forward(Weights weights, NDArray images, boolean training) {
    NDArray x = stemNorm.forwardRelu(weights, stem.forward(weights, images), training);
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
    return "linear";
  }

  @Override
  public int embeddingSide(int imageSide) {
    int side = imageSide;
    for (int halving = 1; halving < STAGES; halving++) {
      side = (side + 1) / 2;
    }

    return side;
  }
}

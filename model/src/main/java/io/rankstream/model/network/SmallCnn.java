package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Three blocks of 3×3 convolution, BatchNorm and ReLU with 16, 32 and 64 channels; 2×2 max-pooling
 * after the first two.
 */
final class SmallCnn implements FeatureExtractor {

  private static final int[] CHANNELS = {16, 32, 64};
  private static final Shape TWO = new Shape(2, 2);
  private static final Shape NO_PADDING = new Shape(0, 0);

  private final List<Convolution> convolutions = new ArrayList<>();
  private final List<BatchNormalization> norms = new ArrayList<>();

  SmallCnn(ParameterLayout layout, int inputChannels) {
    int inputs = inputChannels;
    for (int i = 0; i < CHANNELS.length; i++) {
      Initializer initializer = Initializer.torchDefault(inputs * 9L);
      convolutions.add(
          new Convolution(
              layout, "conv" + (i + 1), inputs, CHANNELS[i], Kernel.square(3), initializer));
      norms.add(new BatchNormalization(layout, "bn" + (i + 1), convolutions.get(i)));
      inputs = CHANNELS[i];
    }
  }

  @Override
  public FeatureMaps forward(Weights weights, NDArray images, boolean training) {
    NDArray x = images;
    for (int i = 0; i < CHANNELS.length; i++) {
      NDArray convolved = convolutions.get(i).forward(weights, x);
      if (i > 0) {
        x.close();
      }

      BatchNormalization norm = norms.get(i);
      boolean last = i == CHANNELS.length - 1;
      x =
          last
              ? norm.forwardRelu(weights, convolved, training)
              : norm.forwardMaxPoolRelu(weights, convolved, TWO, TWO, NO_PADDING, training);
    }

    return FeatureMaps.shared(x);
  }

  @Override
  public int classificationChannels() {
    return CHANNELS[CHANNELS.length - 1];
  }

  @Override
  public int embeddingChannels() {
    return classificationChannels();
  }

  @Override
  public String classifierName() {
    return "fc";
  }

  @Override
  public int embeddingSide(int imageSide) {
    return imageSide / 2 / 2;
  }
}

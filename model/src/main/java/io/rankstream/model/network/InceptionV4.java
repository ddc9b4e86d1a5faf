package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;

/**
 * Inception-v4 with timm's semantics and parameter names, without dropout. The embedding head takes
 * the map of the last Inception-B block, as the paper's code does ({@code Mixed_6h} there); the
 * softmax head takes the last map.
 *
 * @see <a href="https://arxiv.org/abs/1602.07261">Szegedy et al. 2016, Inception-v4,
 *     Inception-ResNet and the Impact of Residual Connections on Learning</a>
 */
final class InceptionV4 implements FeatureExtractor {

  private static final String PREFIX = "features";
  private static final int REDUCTION_KERNEL = 3;

  private final Layer upToEmbedding;
  private final Layer upToClassification;

  InceptionV4(ParameterLayout layout, int inputChannels) {
    InceptionBlocks blocks = new InceptionBlocks(layout);
    List<Layer> lower = new ArrayList<>();
    lower.add(blocks.stem(PREFIX, inputChannels));
    lower.add(blocks.mixed3a(name(3)));
    lower.add(blocks.mixed4a(name(4)));
    lower.add(blocks.mixed5a(name(5)));
    for (int i = 6; i < 10; i++) {
      lower.add(blocks.a(name(i)));
    }
    lower.add(blocks.reductionA(name(10)));
    for (int i = 11; i < 18; i++) {
      lower.add(blocks.b(name(i)));
    }
    upToEmbedding = Layer.chain(lower);

    List<Layer> upper = new ArrayList<>();
    upper.add(blocks.reductionB(name(18)));
    for (int i = 19; i < 22; i++) {
      upper.add(blocks.c(name(i)));
    }
    upToClassification = Layer.chain(upper);
  }

  @Override
  public FeatureMaps forward(Weights weights, NDArray images, boolean training) {
    NDArray embedding = upToEmbedding.forward(weights, images, training);
    NDArray classification = upToClassification.forward(weights, embedding, training);
    return new FeatureMaps(classification, embedding);
  }

  @Override
  public int classificationChannels() {
    return 1536;
  }

  @Override
  public int embeddingChannels() {
    return 1024;
  }

  @Override
  public String classifierName() {
    return "last_linear";
  }

  @Override
  public int embeddingSide(int imageSide) {
    int stem = halved(imageSide) - 2;
    int mixed4a = halved(stem) - 2;
    int mixed5a = halved(mixed4a);
    int reduced = halved(mixed5a);
    return reduced < REDUCTION_KERNEL ? 0 : reduced; // Reduction-B has to follow
  }

  /** Side after a 3×3 kernel with stride 2 and no padding. */
  private static int halved(int side) {
    return (side - 1) / 2;
  }

  private static String name(int index) {
    return PREFIX + "." + index;
  }
}

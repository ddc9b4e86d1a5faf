package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.core.Linear;
import io.rankstream.model.image.InputSpec;
import java.util.List;

/**
 * A backbone with two heads on its last feature maps: global average pool → FC for the classes, and
 * flatten → FC → unit length for the embedding (paper, figure 6).
 */
public final class TwoHeadNetwork {

  private static final String EMBEDDING_HEAD = "embedding";
  private static final String WEIGHT = ".weight";
  private static final String BIAS = ".bias";

  private final Architecture architecture;
  private final ParameterLayout layout = new ParameterLayout();
  private final FeatureExtractor backbone;
  private final Slot classWeight;
  private final Slot classBias;
  private final Slot embeddingWeight;
  private final Slot embeddingBias;

  /**
   * @param architecture backbone, input and sizes of the heads
   * @throws IllegalArgumentException when the images are too small for the backbone
   */
  public TwoHeadNetwork(Architecture architecture) {
    this.architecture = architecture;
    InputSpec input = architecture.input();
    int inputChannels = input.channels();
    backbone =
        switch (architecture.backbone()) {
          case SMALL_CNN -> new SmallCnn(layout, inputChannels);
          case RESNET18 -> ResNet.resnet18(layout, inputChannels);
          case RESNET32 -> CifarResNet.resnet32(layout, inputChannels);
          case RESNET34 -> ResNet.resnet34(layout, inputChannels);
          case RESNET50 -> ResNet.resnet50(layout, inputChannels);
          case DENSENET121 -> DenseNet.densenet121(layout, inputChannels);
          case DENSENET161 -> DenseNet.densenet161(layout, inputChannels);
          case INCEPTION_V4 -> new InceptionV4(layout, inputChannels);
          case MOBILENET_V2 -> new MobileNetV2(layout, inputChannels);
        };
    long mapSize =
        (long) backbone.embeddingSide(input.height()) * backbone.embeddingSide(input.width());
    if (mapSize == 0) {
      throw new IllegalArgumentException(
          "Invalid input: %d x %d (too small for %s; use larger images)"
              .formatted(input.height(), input.width(), architecture.backbone().id()));
    }

    int classes = architecture.maxClasses();
    long channels = backbone.classificationChannels();
    Initializer initializer = Initializer.torchDefault(channels);
    String classifier = backbone.classifierName();
    classWeight = layout.parameter(classifier + WEIGHT, initializer, classes, channels);
    classBias = layout.parameter(classifier + BIAS, initializer, classes);
    long flat = backbone.embeddingChannels() * mapSize;
    int dimension = architecture.embeddingDimension();
    embeddingWeight =
        layout.parameter(
            EMBEDDING_HEAD + WEIGHT, Initializer.xavier(flat, dimension), dimension, flat);
    embeddingBias = layout.parameter(EMBEDDING_HEAD + BIAS, Initializer.constant(0), dimension);
  }

  /** Backbone, input and heads. */
  public Architecture architecture() {
    return architecture;
  }

  /** The places of the arrays in the flat buffers. */
  public ParameterLayout layout() {
    return layout;
  }

  /** The two arrays of the softmax head; their first dimension is the classes. */
  public List<Slot> classifier() {
    return List.of(classWeight, classBias);
  }

  /** Whether an array belongs to one of the two heads, not to the backbone. */
  public boolean isOfHead(Slot slot) {
    return slot.equals(classWeight)
        || slot.equals(classBias)
        || slot.equals(embeddingWeight)
        || slot.equals(embeddingBias);
  }

  /**
   * The feature maps for the heads.
   *
   * @param images {@code [N, C, H, W]}; stays open
   * @param training whether BatchNorm uses the statistics of the batch and moves the running ones
   * @param precision numbers of the backbone; the maps are of the type of the images with either
   * @throws IllegalStateException when this process cannot compute with them, or they are not
   *     decided
   */
  public FeatureMaps features(
      Weights weights, NDArray images, boolean training, Precision precision) {
    if (precision == Precision.FLOAT32) {
      return backbone.forward(weights, images, training);
    }
    if (precision == Precision.AUTO) {
      throw new IllegalStateException("The precision must be decided before a model computes");
    }

    FeatureMaps maps;
    try (Autocast autocast = Autocast.enter(images.getDevice())) {
      maps = backbone.forward(weights, images, training);
    }
    return maps.inTypeOf(images);
  }

  /**
   * The average of the classification map over its pixels: the input of the softmax head.
   *
   * @return {@code [N, channels]}
   */
  public NDArray pooled(FeatureMaps features) {
    NDArray map = features.classification();
    return map.reshape(map.getShape().get(0), backbone.classificationChannels(), -1)
        .mean(new int[] {2}); // DJL takes one axis
  }

  /**
   * The softmax head over the known classes; its other rows take no part and get no gradient.
   *
   * @param pooled {@code [N, channels]}; stays open
   * @param classes number of known classes, at least 1
   * @return {@code [N, classes]}, before the softmax
   */
  public NDArray logits(Weights weights, NDArray pooled, int classes) {
    NDIndex known = new NDIndex("0:" + classes);
    return Linear.linear(
            pooled, weights.get(classWeight).get(known), weights.get(classBias).get(known))
        .singletonOrThrow();
  }

  /**
   * The embedding head.
   *
   * @return {@code [N, D]}, rows of unit length
   */
  public NDArray embeddings(Weights weights, FeatureMaps features) {
    NDArray map = features.embedding();
    NDArray flat = map.reshape(map.getShape().get(0), -1);
    return UnitLength.of(
        Linear.linear(flat, weights.get(embeddingWeight), weights.get(embeddingBias))
            .singletonOrThrow());
  }
}

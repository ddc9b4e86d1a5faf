package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.core.Linear;
import io.rankstream.model.Backbone;
import io.rankstream.model.InputSpec;

/**
 * A backbone with two heads on its last feature map: global average pool → FC for the classes, and
 * flatten → FC → unit length for the embedding (paper, figure 6).
 */
public final class TwoHeadNetwork {

  private final ParameterLayout layout = new ParameterLayout();
  private final FeatureExtractor backbone;
  private final Slot classWeight;
  private final Slot classBias;
  private final Slot embeddingWeight;
  private final Slot embeddingBias;

  /**
   * @param backbone which network stands below the heads
   * @param input images that it takes
   * @param embeddingDimension D
   * @param maxClasses capacity of the softmax head
   * @throws IllegalArgumentException when the images are too small for the backbone
   */
  public TwoHeadNetwork(
      Backbone backbone, InputSpec input, int embeddingDimension, int maxClasses) {
    this.backbone =
        switch (backbone) {
          case SMALL_CNN -> new SmallCnn(layout, input.channels());
          case RESNET18 -> ResNet.resnet18(layout, input.channels());
          case RESNET50 -> ResNet.resnet50(layout, input.channels());
        };
    long channels = this.backbone.channels();
    long mapSize =
        (long) this.backbone.mapSide(input.height()) * this.backbone.mapSide(input.width());
    if (mapSize == 0) {
      throw new IllegalArgumentException(
          "Invalid input: %d x %d (too small for %s)"
              .formatted(input.height(), input.width(), backbone.cliName()));
    }

    classWeight =
        layout.parameter("fc.weight", Initializer.torchDefault(channels), maxClasses, channels);
    classBias = layout.parameter("fc.bias", Initializer.torchDefault(channels), maxClasses);
    long flat = channels * mapSize;
    embeddingWeight =
        layout.parameter(
            "embedding.weight",
            Initializer.xavier(flat, embeddingDimension),
            embeddingDimension,
            flat);
    embeddingBias = layout.parameter("embedding.bias", Initializer.constant(0), embeddingDimension);
  }

  /** Where the arrays of the network lie. */
  public ParameterLayout layout() {
    return layout;
  }

  /**
   * The last feature map.
   *
   * @param images {@code [N, C, H, W]}; stays open
   * @param training whether BatchNorm uses the batch's statistics and lets the running ones follow
   * @return {@code [N, channels, height, width]}
   */
  public NDArray features(Weights weights, NDArray images, boolean training) {
    return backbone.forward(weights, images, training);
  }

  /**
   * The softmax head over the classes met so far; the rest of its rows take no part and get no
   * gradient.
   *
   * @param features {@code [N, channels, height, width]}; stays open
   * @param classes classes met, at least 1
   * @return {@code [N, classes]}, before the softmax
   */
  public NDArray logits(Weights weights, NDArray features, int classes) {
    long images = features.getShape().get(0);
    NDArray pooled =
        features.reshape(images, backbone.channels(), -1).mean(new int[] {2}); // DJL takes one axis
    NDIndex met = new NDIndex("0:" + classes);
    return Linear.linear(pooled, weights.get(classWeight).get(met), weights.get(classBias).get(met))
        .singletonOrThrow();
  }

  /**
   * The embedding head.
   *
   * @param features {@code [N, channels, height, width]}; stays open
   * @return {@code [N, D]}, rows of unit length
   */
  public NDArray embeddings(Weights weights, NDArray features) {
    NDArray flat = features.reshape(features.getShape().get(0), -1);
    return UnitLength.of(
        Linear.linear(flat, weights.get(embeddingWeight), weights.get(embeddingBias))
            .singletonOrThrow());
  }
}

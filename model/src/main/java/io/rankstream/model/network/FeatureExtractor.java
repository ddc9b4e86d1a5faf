package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;

/** A backbone: images in, the feature maps of the two heads out. */
interface FeatureExtractor {

  /**
   * Runs the backbone.
   *
   * @param weights the arrays
   * @param images shape {@code [N, C, H, W]}; stays open
   * @param training whether BatchNorm uses the batch's statistics and lets the running ones follow
   */
  FeatureMaps forward(Weights weights, NDArray images, boolean training);

  /** Channels of the map that the softmax head averages. */
  int classificationChannels();

  /** Channels of the map that the embedding head flattens. */
  int embeddingChannels();

  /**
   * Height of the map that the embedding head flattens, for images of a height; widths follow the
   * same rule. 0 where the images are too small.
   */
  int embeddingSide(int imageSide);

  /** Name of the softmax head in files, as the library writes it that the backbone follows. */
  String classifierName();
}

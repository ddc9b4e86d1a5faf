package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;

/** A backbone: images in, the feature maps of the two heads out. */
interface FeatureExtractor {

  /**
   * Runs the backbone.
   *
   * @param weights the arrays of the network
   * @param images shape {@code [N, C, H, W]}; stays open
   * @param training whether BatchNorm uses the statistics of the batch and moves the running ones
   */
  FeatureMaps forward(Weights weights, NDArray images, boolean training);

  /** Channels of the map that the softmax head averages. */
  int classificationChannels();

  /** Channels of the map that the embedding head flattens. */
  int embeddingChannels();

  /**
   * Height of the map that the embedding head flattens, from the height of the images; widths
   * follow the same rule. 0 where the images are too small.
   */
  int embeddingSide(int imageSide);

  /** Name of the softmax head in files of the library that the backbone follows. */
  String classifierName();
}

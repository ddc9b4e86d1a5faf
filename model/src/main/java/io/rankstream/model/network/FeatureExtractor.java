package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;

/** A backbone: images in, last feature map out. */
interface FeatureExtractor {

  /**
   * Runs the backbone.
   *
   * @param weights the arrays
   * @param images shape {@code [N, C, H, W]}; stays open
   * @param training whether BatchNorm uses the batch's statistics and lets the running ones follow
   * @return the last feature map, {@code [N, channels, height, width]}
   */
  NDArray forward(Weights weights, NDArray images, boolean training);

  /** Channels of the feature map. */
  int channels();

  /** Height of the feature map for images of a height; widths follow the same rule. */
  int mapSide(int imageSide);
}

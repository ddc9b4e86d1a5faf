package io.rankstream.model.image;

/** How pixels of 0 to 255 become the numbers that a backbone expects. */
public enum Normalization {
  /** To the range −1 to 1: {@code x / 127.5 − 1}. */
  HALF_RANGE,
  /**
   * {@code (x / 255 − mean) / deviation} with the means and deviations of ImageNet's channels, as
   * torchvision does.
   */
  IMAGENET
}

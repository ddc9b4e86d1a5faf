package io.rankstream.model.image;

import java.io.Serializable;

/**
 * Shape and scale of the images that a network takes.
 *
 * @param channels 1 for grey, 3 for RGB
 * @param height height in pixels
 * @param width width in pixels
 * @param normalization how pixels become numbers
 */
public record InputSpec(int channels, int height, int width, Normalization normalization)
    implements Serializable {

  public InputSpec {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException(
          "Invalid channels: %d (must be 1 or 3)".formatted(channels));
    }
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "Invalid size: %d x %d (both must be at least 1)".formatted(height, width));
    }
  }

  /** Values in one image: channels × height × width. */
  public int pixelsPerImage() {
    return channels * height * width;
  }
}

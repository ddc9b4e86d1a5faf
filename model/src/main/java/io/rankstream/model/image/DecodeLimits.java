package io.rankstream.model.image;

import java.io.Serializable;

/**
 * Limits of an image's size, checked in its header.
 *
 * @param maxBytes encoded bytes
 * @param maxWidth pixels
 * @param maxHeight pixels
 * @param maxPixels width × height
 */
public record DecodeLimits(int maxBytes, int maxWidth, int maxHeight, long maxPixels)
    implements Serializable {

  public DecodeLimits {
    if (maxBytes < 1 || maxWidth < 1 || maxHeight < 1 || maxPixels < 1) {
      throw new IllegalArgumentException(
          "Invalid limits: %d bytes, %d x %d, %d pixels (all must be at least 1)"
              .formatted(maxBytes, maxWidth, maxHeight, maxPixels));
    }
  }

  /** 4 MiB, 8192 × 8192, 40 million pixels. */
  public static DecodeLimits defaults() {
    return new DecodeLimits(4 << 20, 8192, 8192, 40_000_000);
  }
}

package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;

/**
 * Format and size of an image, read from its structure without memory for pixels.
 *
 * @param format encoding
 * @param width width in pixels
 * @param height height in pixels
 */
public record ImageHeader(ImageFormat format, int width, int height) {

  /**
   * Reads and checks a header.
   *
   * @throws ImageRejectedException when there is no header of a known format, or the size is over
   *     the limits
   */
  public static ImageHeader read(byte[] encoded, DecodeLimits limits)
      throws ImageRejectedException {
    requireBytes(encoded, limits);
    ImageFormat format = StillImage.format(encoded);
    return of(format, StillImage.of(format, encoded), limits);
  }

  static void requireBytes(byte[] encoded, DecodeLimits limits) throws ImageRejectedException {
    if (encoded.length == 0) {
      throw new ImageRejectedException(Reason.EMPTY, "The image has no bytes");
    }
    if (encoded.length > limits.maxBytes()) {
      throw new ImageRejectedException(
          Reason.TOO_MANY_BYTES,
          "The image has %d bytes (at most %d)".formatted(encoded.length, limits.maxBytes()));
    }
  }

  static ImageHeader of(ImageFormat format, StillImage image, DecodeLimits limits)
      throws ImageRejectedException {
    int width = image.width();
    int height = image.height();
    if (width < 1 || height < 1) {
      throw new ImageRejectedException(
          Reason.CORRUPT, "The header claims %d x %d pixels".formatted(width, height));
    }
    if (width > limits.maxWidth()
        || height > limits.maxHeight()
        || (long) width * height > limits.maxPixels()) {
      throw new ImageRejectedException(
          Reason.TOO_LARGE,
          "The header claims %d x %d pixels (at most %d x %d and %d in all)"
              .formatted(width, height, limits.maxWidth(), limits.maxHeight(), limits.maxPixels()));
    }

    return new ImageHeader(format, width, height);
  }
}

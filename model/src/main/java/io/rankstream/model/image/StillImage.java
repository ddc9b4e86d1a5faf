package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.nio.charset.StandardCharsets;

/**
 * The parts of an encoded image that make the pixels of its first picture, found by our own bounded
 * reading of its structure. Nothing else of a file reaches native code.
 */
interface StillImage {

  /** Width in pixels, as stored; not checked. */
  int width();

  /** Height in pixels, as stored; not checked. */
  int height();

  /** How the camera was held, 1 (upright) to 8. */
  int orientation();

  /**
   * A file of the same format with nothing but what makes the pixels.
   *
   * @throws ImageRejectedException when the file ends too early or a part of it is damaged
   */
  byte[] pixelsOnly() throws ImageRejectedException;

  /**
   * Reads the structure up to the size of the picture.
   *
   * @throws ImageRejectedException when the format or this variant of it is not supported, or the
   *     file ends before the size
   */
  static StillImage of(ImageFormat format, byte[] encoded) throws ImageRejectedException {
    return switch (format) {
      case JPEG -> JpegPicture.of(encoded);
      case PNG -> PngChunks.of(encoded);
      case GIF -> GifBlocks.of(encoded);
      case BMP -> BmpHeader.of(encoded);
      case WEBP -> WebpChunks.of(encoded);
      case TIFF -> TiffDirectory.of(encoded);
    };
  }

  /**
   * The format by the first bytes.
   *
   * @throws ImageRejectedException when they start no supported format
   */
  static ImageFormat format(byte[] encoded) throws ImageRejectedException {
    if (startsWith(encoded, 0, "\u00FF\u00D8")) {
      return ImageFormat.JPEG;
    }
    if (startsWith(encoded, 0, "\u0089PNG\r\n\u001A\n")) {
      return ImageFormat.PNG;
    }
    if (startsWith(encoded, 0, "GIF87a") || startsWith(encoded, 0, "GIF89a")) {
      return ImageFormat.GIF;
    }
    if (startsWith(encoded, 0, "BM")) {
      return ImageFormat.BMP;
    }
    if (startsWith(encoded, 0, "RIFF") && startsWith(encoded, 8, "WEBP")) {
      return ImageFormat.WEBP;
    }
    if (startsWith(encoded, 0, "II*\0") || startsWith(encoded, 0, "MM\0*")) {
      return ImageFormat.TIFF;
    }

    throw new ImageRejectedException(
        Reason.UNSUPPORTED_FORMAT, "The image is none of JPEG, PNG, GIF, BMP, WebP and TIFF");
  }

  private static boolean startsWith(byte[] bytes, int from, String latin1) {
    byte[] prefix = latin1.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length < from + prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (bytes[from + i] != prefix[i]) {
        return false;
      }
    }

    return true;
  }
}

package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Format and size of an image, read from its first bytes without memory for pixels.
 *
 * @param format encoding
 * @param width width in pixels
 * @param height height in pixels
 * @see <a href="https://www.w3.org/TR/png-3/#11IHDR">PNG, 11.2.1 IHDR</a>
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">JPEG (ITU-T T.81), annex B</a>
 */
public record ImageHeader(ImageFormat format, int width, int height) {

  private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final int IHDR = 0x49484452;
  private static final int PNG_HEADER_BYTES = 24;

  /**
   * Reads and checks a header.
   *
   * @throws ImageRejectedException when there is no header of a known format, or the size is over
   *     the limits
   */
  public static ImageHeader read(byte[] encoded, DecodeLimits limits)
      throws ImageRejectedException {
    if (encoded.length == 0) {
      throw new ImageRejectedException(Reason.EMPTY, "The image has no bytes");
    }
    if (encoded.length > limits.maxBytes()) {
      throw new ImageRejectedException(
          Reason.TOO_MANY_BYTES,
          "The image has %d bytes (at most %d)".formatted(encoded.length, limits.maxBytes()));
    }

    ImageHeader header = startsWith(encoded, PNG_SIGNATURE) ? png(encoded) : jpeg(encoded);
    if (header.width < 1 || header.height < 1) {
      throw new ImageRejectedException(
          Reason.CORRUPT,
          "The header claims %d x %d pixels".formatted(header.width, header.height));
    }
    if (header.width > limits.maxWidth()
        || header.height > limits.maxHeight()
        || (long) header.width * header.height > limits.maxPixels()) {
      throw new ImageRejectedException(
          Reason.TOO_LARGE,
          "The header claims %d x %d pixels (at most %d x %d and %d in all)"
              .formatted(
                  header.width,
                  header.height,
                  limits.maxWidth(),
                  limits.maxHeight(),
                  limits.maxPixels()));
    }

    return header;
  }

  private static ImageHeader png(byte[] encoded) throws ImageRejectedException {
    ByteBuffer bytes = ByteBuffer.wrap(encoded);
    if (encoded.length < PNG_HEADER_BYTES || bytes.getInt(12) != IHDR) {
      throw new ImageRejectedException(Reason.CORRUPT, "The PNG ends before its header does");
    }

    return new ImageHeader(ImageFormat.PNG, bytes.getInt(16), bytes.getInt(20));
  }

  private static ImageHeader jpeg(byte[] encoded) throws ImageRejectedException {
    JpegSegments segments = new JpegSegments(encoded);
    while (segments.next()) {
      if (segments.isFrame()) {
        if (segments.channels() != 1 && segments.channels() != 3) {
          throw new ImageRejectedException(
              Reason.UNSUPPORTED_FORMAT,
              "The JPEG has %d channels (must be grey or RGB; convert CMYK before)"
                  .formatted(segments.channels()));
        }

        return new ImageHeader(ImageFormat.JPEG, segments.width(), segments.height());
      }
      if (segments.isScan()) {
        break;
      }
    }

    throw new ImageRejectedException(Reason.CORRUPT, "The JPEG has no frame header");
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }
}

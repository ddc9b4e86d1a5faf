package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Walks the segments of a JPEG (ITU-T T.81, annex B).
 *
 * @see <a href="https://www.w3.org/Graphics/JPEG/itu-t81.pdf">ITU-T T.81</a>
 */
final class JpegSegments {

  /**
   * Progressive encoders make about ten scans. Each scan costs a pass over the whole image: a small
   * file with thousands of them would keep a thread busy for minutes.
   */
  private static final int MAX_SCANS = 100;

  private static final int START_OF_IMAGE = 0xD8;
  private static final int END_OF_IMAGE = 0xD9;
  private static final int START_OF_SCAN = 0xDA;
  private static final int FIRST_FRAME = 0xC0;
  private static final int LAST_FRAME = 0xCF;
  private static final int PROGRESSIVE_FRAME = 0xC2;
  private static final int FRAME_BYTES = 9;
  private static final int TEMPORARY = 0x01;
  private static final int FIRST_RESTART = 0xD0;
  private static final int LAST_RESTART = 0xD7;
  private static final int JFIF = 0xE0;
  private static final int EXIF = 0xE1;
  private static final int ADOBE = 0xEE;
  private static final int LAST_APPLICATION = 0xEF;
  private static final int COMMENT = 0xFE;

  /** JFIF 1.1 with square pixels and no thumbnail. */
  private static final byte[] PLAIN_JFIF = {
    (byte) 0xFF, (byte) JFIF, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0
  };

  private static final byte[] JFIF_NAME = "JFIF\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EXIF_NAME = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ADOBE_NAME = "Adobe".getBytes(StandardCharsets.US_ASCII);

  private final byte[] bytes;
  private int marker = -1;
  private int body = 2;
  private int next = 2;

  /**
   * @param bytes start with the marker of a JPEG
   */
  JpegSegments(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Goes to the next segment, over bytes that belong to none: cameras write such bytes, and every
   * reader passes over them.
   *
   * @return false when there is no further segment
   */
  boolean next() {
    int position = next;
    while (position + 3 < bytes.length && !startsSegment(position)) {
      position++;
    }
    if (position + 3 >= bytes.length) {
      return false;
    }

    marker = unsigned(position + 1);
    body = position + 2;
    int length = unsigned(body) << 8 | unsigned(body + 1);
    next = body + length;
    return marker != START_OF_IMAGE
        && marker != END_OF_IMAGE
        && length >= 2
        && next <= bytes.length;
  }

  private boolean startsSegment(int position) {
    int code = unsigned(position + 1);
    boolean hasBody = code > TEMPORARY && !(code >= FIRST_RESTART && code <= LAST_RESTART);
    return unsigned(position) == 0xFF && hasBody && code != 0xFF;
  }

  /** Whether this segment holds the size of the image. */
  boolean isFrame() {
    boolean isTable = marker == 0xC4 || marker == 0xC8 || marker == 0xCC;
    return marker >= FIRST_FRAME
        && marker <= LAST_FRAME
        && !isTable
        && body + FRAME_BYTES <= bytes.length;
  }

  boolean isScan() {
    return marker == START_OF_SCAN;
  }

  int marker() {
    return marker;
  }

  /** Position behind the two bytes of this segment's length. */
  int content() {
    return body + Short.BYTES;
  }

  /** Position behind this segment. */
  int after() {
    return next;
  }

  /**
   * Requires a frame that the decoder reads.
   *
   * @throws ImageRejectedException when it has another coding, other channels than grey and RGB, or
   *     other samples than of 8 bits
   */
  void requireSupportedFrame() throws ImageRejectedException {
    int channels = unsigned(body + 7);
    if (channels != 1 && channels != 3) {
      throw new ImageRejectedException(
          Reason.UNSUPPORTED_FORMAT,
          "The JPEG has %d channels (must be grey or RGB; convert CMYK before)"
              .formatted(channels));
    }
    if (marker > PROGRESSIVE_FRAME || unsigned(body + 2) != Byte.SIZE) {
      throw new ImageRejectedException(
          Reason.UNSUPPORTED_FORMAT,
          "The JPEG has a rare coding (must be baseline or progressive, with Huffman codes and 8 bits)");
    }
  }

  int height() {
    return unsigned(body + 3) << 8 | unsigned(body + 4);
  }

  int width() {
    return unsigned(body + 5) << 8 | unsigned(body + 6);
  }

  /** The orientation from the Exif tag, 1 to 8; 1 (upright) where there is none. */
  static int orientation(byte[] bytes) {
    JpegSegments segments = new JpegSegments(bytes);
    while (segments.next() && !segments.isScan()) {
      if (segments.marker == EXIF && segments.isNamed(EXIF_NAME)) {
        return ExifOrientation.read(bytes, segments.content() + EXIF_NAME.length, segments.next);
      }
    }

    return ExifOrientation.UPRIGHT;
  }

  /**
   * The JPEG reduced to the segments that make its pixels. Colour profiles, thumbnails, text and
   * bytes behind the end marker are left out: the sender decides how much time and memory it takes
   * to parse them. The pixels are used as they are, as in Pillow and torchvision.
   *
   * @throws ImageRejectedException when there is no end marker or there are too many scans
   */
  static byte[] pixelsOnly(byte[] bytes) throws ImageRejectedException {
    JpegSegments segments = new JpegSegments(bytes);
    ByteArrayOutputStream kept = new ByteArrayOutputStream(bytes.length + PLAIN_JFIF.length);
    kept.write(bytes, 0, 2);
    boolean isJfif = false;
    while (segments.next()) {
      if (segments.isScan()) {
        kept.write(bytes, segments.start(), segments.end() - segments.start());
        return kept.toByteArray();
      }

      // The decoder takes the colours for YCbCr where there is this segment, as the rule says.
      if (segments.marker == JFIF && segments.isNamed(JFIF_NAME) && !isJfif) {
        kept.writeBytes(PLAIN_JFIF);
        isJfif = true;
      }
      boolean isAdobe = segments.marker == ADOBE && segments.isNamed(ADOBE_NAME);
      if (isAdobe || !segments.isMetadata()) {
        kept.write(bytes, segments.start(), segments.next - segments.start());
      }
    }

    throw new ImageRejectedException(Reason.CORRUPT, "The JPEG ends before its first scan");
  }

  /** Position of the marker of this segment. */
  private int start() {
    return body - 2;
  }

  /** Position behind the end marker, from the first scan on. */
  private int end() throws ImageRejectedException {
    int scans = 1;
    int position = next;
    while (position + 1 < bytes.length) {
      int code = unsigned(position + 1);
      boolean isData =
          unsigned(position) != 0xFF
              || code == 0
              || code == 0xFF
              || (code >= FIRST_RESTART && code <= LAST_RESTART);
      if (isData) {
        position++;
      } else if (code == END_OF_IMAGE) {
        return position + 2;
      } else {
        if (code == START_OF_SCAN && ++scans > MAX_SCANS) {
          throw new ImageRejectedException(
              Reason.TOO_LARGE, "The JPEG has more than %d scans".formatted(MAX_SCANS));
        }
        if (position + 3 >= bytes.length) {
          break;
        }

        position += 2 + Math.max(2, unsigned(position + 2) << 8 | unsigned(position + 3));
      }
    }

    throw new ImageRejectedException(Reason.CORRUPT, "The JPEG ends before its end marker");
  }

  private boolean isMetadata() {
    return marker == COMMENT || (marker >= JFIF && marker <= LAST_APPLICATION);
  }

  private boolean isNamed(byte[] name) {
    int from = content();
    return from + name.length <= next
        && Arrays.equals(bytes, from, from + name.length, name, 0, name.length);
  }

  private int unsigned(int index) {
    return bytes[index] & 0xFF;
  }
}

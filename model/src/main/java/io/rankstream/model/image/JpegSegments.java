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
  private static final int FRAME_BYTES = 9;
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
   * @throws ImageRejectedException when the bytes do not start as a JPEG
   */
  JpegSegments(byte[] bytes) throws ImageRejectedException {
    this.bytes = bytes;
    if (bytes.length < 4
        || unsigned(0) != 0xFF
        || unsigned(1) != START_OF_IMAGE
        || unsigned(2) != 0xFF) {
      throw new ImageRejectedException(
          Reason.UNSUPPORTED_FORMAT, "The image is neither JPEG nor PNG");
    }
  }

  /** Goes to the next segment; false when there is none. */
  boolean next() {
    int position = next;
    while (position + 1 < bytes.length
        && unsigned(position) == 0xFF
        && unsigned(position + 1) == 0xFF) {
      position++; // fill bytes
    }
    if (position + 3 >= bytes.length || unsigned(position) != 0xFF) {
      return false;
    }

    marker = unsigned(position + 1);
    body = position + 2;
    int length = unsigned(body) << 8 | unsigned(body + 1);
    next = body + length;
    return length >= 2 && next <= bytes.length;
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

  int height() {
    return unsigned(body + 3) << 8 | unsigned(body + 4);
  }

  int width() {
    return unsigned(body + 5) << 8 | unsigned(body + 6);
  }

  int channels() {
    return unsigned(body + 7);
  }

  /** The orientation from the Exif tag, 1 to 8; 1 (upright) where there is none. */
  static int orientation(byte[] bytes) throws ImageRejectedException {
    JpegSegments segments = new JpegSegments(bytes);
    while (segments.next() && !segments.isScan()) {
      if (segments.marker == EXIF && segments.isNamed(EXIF_NAME)) {
        return ExifOrientation.read(
            bytes, segments.body + Short.BYTES + EXIF_NAME.length, segments.next);
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
    boolean isYcc = false;
    while (segments.next()) {
      if (segments.isScan()) {
        kept.write(bytes, segments.start(), segments.end() - segments.start());
        return kept.toByteArray();
      }

      boolean marksYcc =
          (segments.marker == JFIF && segments.isNamed(JFIF_NAME))
              || (segments.marker == EXIF && segments.isNamed(EXIF_NAME));
      if (marksYcc && !isYcc) { // without the segment, nothing marks the colours as YCbCr
        kept.writeBytes(PLAIN_JFIF);
        isYcc = true;
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
    int from = body + Short.BYTES;
    return from + name.length <= next
        && Arrays.equals(bytes, from, from + name.length, name, 0, name.length);
  }

  private int unsigned(int index) {
    return bytes[index] & 0xFF;
  }
}

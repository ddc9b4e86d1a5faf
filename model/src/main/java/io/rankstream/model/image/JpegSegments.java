package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;

/** Walks the segments of a JPEG up to its first scan (ITU-T T.81, annex B). */
final class JpegSegments {

  private static final int START_OF_IMAGE = 0xD8;
  private static final int END_OF_IMAGE = 0xD9;
  private static final int START_OF_SCAN = 0xDA;
  private static final int FIRST_FRAME = 0xC0;
  private static final int LAST_FRAME = 0xCF;
  private static final int FRAME_BYTES = 9;

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

  /** Whether this segment tells the size of the image. */
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

  /**
   * Whether an end-of-image marker follows the first scan; entropy-coded data cannot contain one.
   */
  static boolean isComplete(byte[] bytes) throws ImageRejectedException {
    JpegSegments segments = new JpegSegments(bytes);
    while (segments.next()) {
      if (segments.isScan()) {
        for (int i = segments.next; i + 1 < bytes.length; i++) {
          if (segments.unsigned(i) == 0xFF && segments.unsigned(i + 1) == END_OF_IMAGE) {
            return true;
          }
        }

        return false;
      }
    }

    return false;
  }

  private int unsigned(int index) {
    return bytes[index] & 0xFF;
  }
}

package io.rankstream.model.image;

import java.nio.ByteBuffer;

/** Walks the chunks of a PNG. */
final class PngChunks {

  private static final int SIGNATURE_BYTES = 8;
  private static final int FRAME_BYTES = 12; // length, type, checksum
  private static final int IEND = 0x49454E44;

  private PngChunks() {}

  /** Whether the chunks follow one another up to the end-of-image chunk. */
  static boolean isComplete(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long position = SIGNATURE_BYTES;
    while (position + FRAME_BYTES <= bytes.length) {
      int length = buffer.getInt((int) position);
      if (buffer.getInt((int) position + 4) == IEND) {
        return true;
      }
      if (length < 0) {
        return false;
      }

      position += FRAME_BYTES + (long) length;
    }

    return false;
  }
}

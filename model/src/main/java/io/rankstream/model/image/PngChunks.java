package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * The chunks of a PNG.
 *
 * @see <a href="https://www.w3.org/TR/png-3/#5DataRep">PNG, 5 Datastream structure</a>
 */
final class PngChunks {

  private static final int SIGNATURE_BYTES = 8;
  private static final int FRAME_BYTES = 12; // length, type, checksum
  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504C5445;
  private static final int TRNS = 0x74524E53;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454E44;

  private PngChunks() {}

  /**
   * The PNG reduced to the chunks that make its pixels. Text, profiles and animation are left out,
   * so that no reader inflates them: a few kilobytes of them can expand to gigabytes.
   *
   * @throws ImageRejectedException when the chunks do not follow one another up to the end-of-image
   *     chunk, or a checksum is wrong
   */
  static byte[] pixelsOnly(byte[] png) throws ImageRejectedException {
    ByteBuffer buffer = ByteBuffer.wrap(png);
    ByteArrayOutputStream kept = new ByteArrayOutputStream(png.length);
    kept.write(png, 0, SIGNATURE_BYTES);
    long position = SIGNATURE_BYTES;
    while (position + FRAME_BYTES <= png.length) {
      int start = (int) position;
      long size = FRAME_BYTES + (long) buffer.getInt(start);
      if (size < FRAME_BYTES || position + size > png.length) {
        break;
      }

      int type = buffer.getInt(start + 4);
      if (isOfPixels(type)) {
        requireChecksum(png, start, (int) size);
        kept.write(png, start, (int) size);
      }
      if (type == IEND) {
        return kept.toByteArray();
      }

      position += size;
    }

    throw new ImageRejectedException(Reason.CORRUPT, "The PNG ends before its end marker");
  }

  private static boolean isOfPixels(int type) {
    return type == IHDR || type == PLTE || type == TRNS || type == IDAT || type == IEND;
  }

  private static void requireChecksum(byte[] png, int start, int size)
      throws ImageRejectedException {
    CRC32 checksum = new CRC32();
    checksum.update(png, start + 4, size - 8);
    if ((int) checksum.getValue() != ByteBuffer.wrap(png).getInt(start + size - 4)) {
      throw new ImageRejectedException(Reason.CORRUPT, "A chunk of the PNG has a wrong checksum");
    }
  }
}

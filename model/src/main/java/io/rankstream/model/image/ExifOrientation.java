package io.rankstream.model.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Orientation of the camera when it took a picture.
 *
 * @see <a href="https://www.cipa.jp/std/documents/e/DC-X008-Translation-2019-E.pdf">Exif 2.32,
 *     4.6.4, tag Orientation</a>
 */
final class ExifOrientation {

  static final int UPRIGHT = 1;

  static final int LAST = 8;
  private static final int FIRST_SIDEWAYS = 5;
  private static final short LITTLE = 0x4949;
  private static final short BIG = 0x4D4D;
  private static final int MAGIC = 42;
  private static final int HEADER_BYTES = 8;
  private static final int ENTRY_BYTES = 12;
  private static final int TAG = 0x0112;
  private static final int SHORT_TYPE = 3;

  private ExifOrientation() {}

  /**
   * Reads the orientation from the TIFF structure of an Exif segment; a damaged one counts as
   * upright.
   *
   * @param bytes contain the structure between {@code from} and {@code to}
   * @return 1 to 8
   */
  static int read(byte[] bytes, int from, int to) {
    if (to - from < HEADER_BYTES) {
      return UPRIGHT;
    }

    ByteBuffer tiff = ByteBuffer.wrap(bytes, from, to - from).slice();
    short order = tiff.getShort(0);
    if (order != LITTLE && order != BIG) {
      return UPRIGHT;
    }

    tiff.order(order == LITTLE ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    if (tiff.getShort(2) != MAGIC || directory < 0 || directory > tiff.limit() - Short.BYTES) {
      return UPRIGHT;
    }

    int entries = tiff.getShort(directory) & 0xFFFF;
    for (int i = 0; i < entries; i++) {
      int entry = directory + Short.BYTES + i * ENTRY_BYTES;
      if (entry > tiff.limit() - ENTRY_BYTES) {
        return UPRIGHT;
      }
      if ((tiff.getShort(entry) & 0xFFFF) == TAG && tiff.getShort(entry + 2) == SHORT_TYPE) {
        int value = tiff.getShort(entry + 8);
        return value >= UPRIGHT && value <= LAST ? value : UPRIGHT;
      }
    }

    return UPRIGHT;
  }

  /** Whether height and width are exchanged. */
  static boolean isSideways(int orientation) {
    return orientation >= FIRST_SIDEWAYS;
  }

  /** Turns an image upright. */
  static Planes upright(Planes stored, int orientation) {
    if (orientation == UPRIGHT) {
      return stored;
    }

    int height = stored.height();
    int width = stored.width();
    Planes seen =
        isSideways(orientation)
            ? new Planes(stored.channels(), width, height)
            : new Planes(stored.channels(), height, width);
    for (int c = 0; c < stored.channels(); c++) {
      for (int y = 0; y < seen.height(); y++) {
        for (int x = 0; x < seen.width(); x++) {
          int right = width - 1;
          int bottom = height - 1;
          int value =
              switch (orientation) {
                case 2 -> stored.at(c, y, right - x); // mirrored
                case 3 -> stored.at(c, bottom - y, right - x); // upside down
                case 4 -> stored.at(c, bottom - y, x);
                case 5 -> stored.at(c, x, y); // mirrored, sideways
                case 6 -> stored.at(c, bottom - x, y); // turned left
                case 7 -> stored.at(c, bottom - x, right - y);
                default -> stored.at(c, x, right - y); // 8: turned right
              };
          seen.set(c, y, x, value);
        }
      }
    }

    return seen;
  }
}

package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An uncompressed BMP with 1, 4, 8, 24 or 32 bits for each pixel.
 *
 * @see <a
 *     href="https://learn.microsoft.com/en-us/windows/win32/api/wingdi/ns-wingdi-bitmapinfoheader">BITMAPINFOHEADER</a>
 */
@SuppressWarnings("ArrayRecordComponent") // a view of the bytes, never compared
record BmpHeader(byte[] bmp, int width, int height, boolean topDown, int bits)
    implements StillImage {

  private static final int FILE_HEADER_BYTES = 14;
  private static final int INFO_BYTES = 40;
  private static final int HEADER_BYTES = FILE_HEADER_BYTES + INFO_BYTES;
  private static final int COLOUR_BYTES = 4;

  static BmpHeader of(byte[] bmp) throws ImageRejectedException {
    if (bmp.length < HEADER_BYTES) {
      throw damaged();
    }

    ByteBuffer bytes = ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN);
    int bits = bytes.getShort(28);
    boolean known = bits == 1 || bits == 4 || bits == 8 || bits == 24 || bits == 32;
    if (bytes.getInt(14) < INFO_BYTES || !known || bytes.getInt(30) != 0) {
      throw new ImageRejectedException(
          Reason.UNSUPPORTED_FORMAT,
          "The BMP has a variant that is not read (must be uncompressed, with 1, 4, 8, 24 or 32 bits a pixel)");
    }

    int height = bytes.getInt(22);
    return new BmpHeader(bmp, bytes.getInt(18), Math.abs(height), height < 0, bits);
  }

  @Override
  public int orientation() {
    return ExifOrientation.UPRIGHT;
  }

  /** Writes the file anew: short header, colours, and the rows from the bottom to the top. */
  @Override
  public byte[] pixelsOnly() throws ImageRejectedException {
    ByteBuffer from = ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN);
    long rowBytes = ((long) width * bits + 31) / 32 * 4;
    long size = rowBytes * height;
    int pixels = from.getInt(10);
    int colours = bits > 8 ? 0 : colours(from);
    int colourStart = FILE_HEADER_BYTES + from.getInt(14);
    if (pixels < 0
        || colourStart < 0
        || pixels + size > bmp.length
        || colourStart + (long) colours * COLOUR_BYTES > bmp.length) {
      throw damaged();
    }

    int start = HEADER_BYTES + colours * COLOUR_BYTES;
    ByteBuffer kept = ByteBuffer.allocate(start + (int) size).order(ByteOrder.LITTLE_ENDIAN);
    kept.put((byte) 'B').put((byte) 'M').putInt(kept.capacity()).putInt(0).putInt(start);
    kept.putInt(INFO_BYTES).putInt(width).putInt(height).putShort((short) 1);
    kept.putShort((short) bits).putInt(0).putInt((int) size).putInt(0).putInt(0);
    kept.putInt(colours).putInt(0);
    kept.put(bmp, colourStart, colours * COLOUR_BYTES);
    for (int y = 0; y < height; y++) {
      int row = topDown ? height - 1 - y : y;
      kept.put(bmp, pixels + row * (int) rowBytes, (int) rowBytes);
    }

    return kept.array();
  }

  private int colours(ByteBuffer from) {
    int most = 1 << bits;
    int claimed = from.getInt(46);
    return claimed < 1 || claimed > most ? most : claimed;
  }

  private static ImageRejectedException damaged() {
    return new ImageRejectedException(Reason.CORRUPT, "The BMP ends before its pixels do");
  }
}

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
@SuppressWarnings("ArrayRecordComponent") // a view of the bytes, never compared
record PngChunks(byte[] png, int width, int height) implements StillImage {

  private static final int SIGNATURE_BYTES = 8;
  private static final int FRAME_BYTES = 12; // length, type, checksum
  private static final int HEADER_BYTES = 24;
  private static final int IHDR = 0x49484452;
  private static final int PLTE = 0x504C5445;
  private static final int IDAT = 0x49444154;
  private static final int IEND = 0x49454E44;
  private static final int EXIF = 0x65584966;

  static PngChunks of(byte[] png) throws ImageRejectedException {
    ByteBuffer bytes = ByteBuffer.wrap(png);
    if (png.length < HEADER_BYTES || bytes.getInt(12) != IHDR) {
      throw new ImageRejectedException(Reason.CORRUPT, "The PNG ends before its header does");
    }

    return new PngChunks(png, bytes.getInt(16), bytes.getInt(20));
  }

  @Override
  public int orientation() {
    ByteBuffer bytes = ByteBuffer.wrap(png);
    for (long at = SIGNATURE_BYTES; isWhole(at); at += size(at)) {
      int start = (int) at;
      if (bytes.getInt(start + 4) == EXIF) {
        return ExifOrientation.read(png, start + 8, start + (int) size(at) - 4);
      }
    }

    return ExifOrientation.UPRIGHT;
  }

  /**
   * Text, profiles and animation are left out, so that no reader inflates them: a few kilobytes of
   * them can expand to gigabytes. Transparency is left out too: it does not change the colours.
   */
  @Override
  public byte[] pixelsOnly() throws ImageRejectedException {
    ByteBuffer bytes = ByteBuffer.wrap(png);
    ByteArrayOutputStream kept = new ByteArrayOutputStream(png.length);
    kept.write(png, 0, SIGNATURE_BYTES);
    for (long at = SIGNATURE_BYTES; isWhole(at); at += size(at)) {
      int start = (int) at;
      int size = (int) size(at);
      int type = bytes.getInt(start + 4);
      if (type == IHDR || type == PLTE || type == IDAT || type == IEND) {
        requireChecksum(start, size);
        kept.write(png, start, size);
      }
      if (type == IEND) {
        return kept.toByteArray();
      }
    }

    throw new ImageRejectedException(Reason.CORRUPT, "The PNG ends before its end marker");
  }

  /** Whether a chunk starts here and ends within the file. */
  private boolean isWhole(long at) {
    return at + FRAME_BYTES <= png.length && size(at) >= FRAME_BYTES && at + size(at) <= png.length;
  }

  private long size(long at) {
    return FRAME_BYTES + (long) ByteBuffer.wrap(png).getInt((int) at);
  }

  private void requireChecksum(int start, int size) throws ImageRejectedException {
    CRC32 checksum = new CRC32();
    checksum.update(png, start + 4, size - 8);
    if ((int) checksum.getValue() != ByteBuffer.wrap(png).getInt(start + size - 4)) {
      throw new ImageRejectedException(Reason.CORRUPT, "A chunk of the PNG has a wrong checksum");
    }
  }
}

package io.rankstream.model.image;

/** The bits of a JPEG's scan, up to the next marker. */
final class ScanBits {

  private static final int CODE_BITS = 16;
  private static final int FIRST_RESTART = 0xD0;

  private final byte[] jpeg;
  private int position;
  private long buffer;
  private int count;

  ScanBits(byte[] jpeg) {
    this.jpeg = jpeg;
  }

  void start(int from) {
    position = from;
    buffer = 0;
    count = 0;
  }

  /** The next symbol. */
  int symbol(short[] table) throws ImageRejectedException {
    fill();
    int ahead =
        (int) (count >= CODE_BITS ? buffer >>> (count - CODE_BITS) : buffer << (CODE_BITS - count));
    int entry = table[ahead & 0xFFFF];
    int length = entry >> Byte.SIZE;
    if (length == 0) {
      throw JpegEntropy.damaged("a code is invalid");
    }

    skip(length);
    return entry & 0xFF;
  }

  /** The next bits as a number. */
  int read(int bits) throws ImageRejectedException {
    skip(bits);
    return (int) ((buffer >>> count) & ((1L << bits) - 1));
  }

  void skip(int bits) throws ImageRejectedException {
    fill();
    if (bits > count) {
      throw JpegEntropy.damaged("some are missing");
    }

    count -= bits;
  }

  /** Goes behind a restart marker, over bytes too many in front of it. */
  void restart(int number) throws ImageRejectedException {
    int marker = marker(position);
    if ((jpeg[marker + 1] & 0xFF) != FIRST_RESTART + number % 8) {
      throw JpegEntropy.damaged("some are missing");
    }

    start(marker + 2);
  }

  /** The position of the marker behind the scan. */
  int end() throws ImageRejectedException {
    int marker = marker(position);
    while ((jpeg[marker + 1] & 0xF8) == FIRST_RESTART) {
      marker = marker(marker + 2);
    }

    return marker;
  }

  /** The position of the next marker. */
  int marker(int from) throws ImageRejectedException {
    for (int at = from; at + 1 < jpeg.length; at++) {
      int code = jpeg[at + 1] & 0xFF;
      if ((jpeg[at] & 0xFF) == 0xFF && code != 0 && code != 0xFF) {
        return at;
      }
    }

    throw JpegEntropy.damaged("the end is missing");
  }

  private void fill() {
    while (count <= Long.SIZE - 2 * Byte.SIZE && position < jpeg.length) {
      int value = jpeg[position] & 0xFF;
      if (value == 0xFF) {
        if (position + 1 >= jpeg.length || jpeg[position + 1] != 0) {
          return; // a marker, or bytes that fill up before one
        }
        position++;
      }
      position++;
      buffer = buffer << Byte.SIZE | value;
      count += Byte.SIZE;
    }
  }
}

package io.rankstream.model.image;

/** Pixels in the layout of the network: uint8, channel after channel, {@code [C, H, W]}. */
final class Planes {

  private final int channels;
  private final int height;
  private final int width;
  private final byte[] values;

  Planes(int channels, int height, int width) {
    this(channels, height, width, new byte[channels * height * width]);
  }

  Planes(int channels, int height, int width, byte[] values) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.values = values;
  }

  int channels() {
    return channels;
  }

  int height() {
    return height;
  }

  int width() {
    return width;
  }

  /** The values, not a copy. */
  byte[] values() {
    return values;
  }

  int at(int channel, int y, int x) {
    return values[(channel * height + y) * width + x] & 0xFF;
  }

  void set(int channel, int y, int x, int value) {
    values[(channel * height + y) * width + x] = (byte) value;
  }
}

package io.rankstream.model.network;

/**
 * Decoded images of one size: uint8, shape {@code [N, C, H, W]}. The array is not copied and must
 * not be changed.
 */
public final class PixelBatch {

  private final int count;
  private final int channels;
  private final int height;
  private final int width;
  private final byte[] pixels;

  /**
   * @param pixels {@code count · channels · height · width} values
   * @throws IllegalArgumentException when the array has another length
   */
  public PixelBatch(int count, int channels, int height, int width, byte[] pixels) {
    if (count < 1 || pixels.length != (long) count * channels * height * width) {
      throw new IllegalArgumentException(
          "Invalid pixels: %d values (must be %d x %d x %d x %d, at least one image)"
              .formatted(pixels.length, count, channels, height, width));
    }

    this.count = count;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.pixels = pixels;
  }

  public int count() {
    return count;
  }

  public int channels() {
    return channels;
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  public byte[] pixels() {
    return pixels;
  }
}

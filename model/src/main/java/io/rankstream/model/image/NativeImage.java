package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.nio.IntBuffer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.leptonica.PIX;
import org.bytedeco.leptonica.global.leptonica;

/**
 * A decoded picture in native memory: 8 bits of grey for each pixel, or 32 bits with red in the
 * highest byte, then green and blue. The owner closes it.
 */
final class NativeImage implements PixelRows, AutoCloseable {

  private static final int COLOUR_DEPTH = 32;
  private static final int GREY_DEPTH = 8;
  private static final int PIXELS_PER_WORD = 4;
  private static final long MOST_WORDS = Integer.MAX_VALUE / Integer.BYTES;

  private final PIX pix;
  private final IntBuffer words;
  private final int wordsPerRow;
  private final int width;
  private final int height;
  private final boolean grey;
  private final int[] packed;

  private NativeImage(PIX pix) {
    this.pix = pix;
    wordsPerRow = leptonica.pixGetWpl(pix);
    width = leptonica.pixGetWidth(pix);
    height = leptonica.pixGetHeight(pix);
    grey = leptonica.pixGetDepth(pix) == GREY_DEPTH;
    IntPointer data = leptonica.pixGetData(pix);
    words = data.capacity((long) wordsPerRow * height).asBuffer();
    packed = new int[grey ? wordsPerRow : 0];
  }

  /**
   * Decodes a picture.
   *
   * @param encoded a whole file of which the structure and the size were checked
   * @param reduction 1, or for a JPEG also 2, 4 or 8: width and height are divided by it
   * @throws ImageRejectedException when the pixels are damaged or incomplete
   */
  static NativeImage read(ImageFormat format, byte[] encoded, int reduction)
      throws ImageRejectedException {
    Leptonica.load();
    PIX read =
        switch (format) {
          case JPEG -> jpeg(encoded, reduction);
          case PNG -> leptonica.pixReadMemPng(encoded, encoded.length);
          case GIF -> leptonica.pixReadMemGif(encoded, encoded.length);
          case BMP -> leptonica.pixReadMemBmp(encoded, encoded.length);
          case WEBP -> leptonica.pixReadMemWebP(encoded, encoded.length);
          case TIFF -> leptonica.pixReadMemTiff(encoded, encoded.length, 0);
        };
    if (read == null) {
      throw new ImageRejectedException(
          Reason.CORRUPT, "The pixels of the %s are damaged".formatted(format));
    }

    PIX plain = plain(read);
    if (plain == null) {
      throw new ImageRejectedException(
          Reason.UNSUPPORTED_FORMAT,
          "The pixels of the %s have a layout that is not read".formatted(format));
    }
    if ((long) leptonica.pixGetWpl(plain) * leptonica.pixGetHeight(plain) > MOST_WORDS) {
      leptonica.pixDestroy(plain);
      throw new ImageRejectedException(
          Reason.TOO_LARGE, "The image has more pixels than can be read: lower image.max-pixels");
    }

    return new NativeImage(plain);
  }

  /**
   * The decoder only counts its warnings, and by default refuses an image with any. Some are of
   * things that every reader tolerates, such as bytes too many in front of a restart marker, which
   * many cameras write; others are of pixels that are not there. So it is told to go on, and the
   * rare image with a warning must prove that its data is whole.
   */
  private static PIX jpeg(byte[] encoded, int reduction) throws ImageRejectedException {
    int[] warnings = new int[1];
    PIX read =
        leptonica.pixReadMemJpeg(
            encoded,
            encoded.length,
            0,
            reduction,
            warnings,
            leptonica.L_JPEG_CONTINUE_WITH_BAD_DATA);
    if (read != null && warnings[0] > 0) {
      try {
        JpegEntropy.requireWhole(encoded);
      } catch (ImageRejectedException | RuntimeException e) {
        leptonica.pixDestroy(read);
        throw e;
      }
    }

    return read;
  }

  /** The same pixels without a palette, with 8 or 32 bits; null where there is no way. */
  private static PIX plain(PIX read) {
    int depth = leptonica.pixGetDepth(read);
    boolean hasPalette = leptonica.pixGetColormap(read) != null;
    if (!hasPalette && (depth == GREY_DEPTH || depth == COLOUR_DEPTH)) {
      return read;
    }

    PIX plain =
        hasPalette
            ? leptonica.pixRemoveColormap(read, leptonica.REMOVE_CMAP_TO_FULL_COLOR)
            : leptonica.pixConvertTo8(read, 0);
    leptonica.pixDestroy(read);
    return plain;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public boolean isGrey() {
    return grey;
  }

  @Override
  public void read(int y, int[] row) {
    if (!grey) {
      words.get(y * wordsPerRow, row, 0, width);
      return;
    }

    words.get(y * wordsPerRow, packed, 0, wordsPerRow);
    for (int x = 0; x < width; x++) {
      int shift = Byte.SIZE * (PIXELS_PER_WORD - 1 - x % PIXELS_PER_WORD);
      row[x] = packed[x / PIXELS_PER_WORD] >>> shift & 0xFF;
    }
  }

  @Override
  public void close() {
    leptonica.pixDestroy(pix);
  }
}

package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;

/**
 * Decodes images to pixels of the size and channels that a network takes. It converts between grey
 * and colour, drops transparency, resamples to the size, and turns images upright that a camera
 * took sideways. It takes the first picture of a file, and does not apply colour profiles. The
 * pixels are the same on every machine. Thread-safe.
 */
public final class ImageDecoder {

  /**
   * From this size on, decoding an image takes hundreds of megabytes: two at once are too much for
   * a small process.
   */
  private static final long LARGE_PIXELS = 8_000_000;

  private static final Object ONE_LARGE_IMAGE_AT_A_TIME = new Object();

  private static final int LARGEST_REDUCTION = 8;

  /**
   * What a JPEG's reduction leaves, over the size of the input. With 2, as in Pillow, the triangle
   * filter still averages over what is left. With 1 it could not, and the edges of a photograph
   * would differ by up to 11 levels.
   */
  private static final int MARGIN = 2;

  private final InputSpec input;
  private final DecodeLimits limits;

  /**
   * @param input size, channels and scale of the pixels
   * @param limits limits of the encoded images
   * @throws NativeDecoderMissingException when the native decoder does not load
   */
  public ImageDecoder(InputSpec input, DecodeLimits limits) {
    Leptonica.load();
    this.input = input;
    this.limits = limits;
  }

  /**
   * Decodes an image.
   *
   * @return uint8, {@code [C, H, W]}
   * @throws ImageRejectedException when the image is over the limits, has another format, or is
   *     damaged
   */
  public byte[] decode(byte[] encoded) throws ImageRejectedException {
    ImageHeader.requireBytes(encoded, limits);
    ImageFormat format = StillImage.format(encoded);
    StillImage image = StillImage.of(format, encoded);
    ImageHeader header = ImageHeader.of(format, image, limits);
    byte[] pixels = image.pixelsOnly();
    if ((long) header.width() * header.height() < LARGE_PIXELS) {
      return decode(pixels, header, image.orientation());
    }

    synchronized (ONE_LARGE_IMAGE_AT_A_TIME) {
      return decode(pixels, header, image.orientation());
    }
  }

  private byte[] decode(byte[] encoded, ImageHeader header, int orientation)
      throws ImageRejectedException {
    boolean sideways = ExifOrientation.isSideways(orientation);
    int height = sideways ? input.width() : input.height();
    int width = sideways ? input.height() : input.width();
    int reduction = header.format() == ImageFormat.JPEG ? reduction(header, height, width) : 1;
    try (NativeImage stored = NativeImage.read(header.format(), encoded, reduction)) {
      if (stored.width() != reduced(header.width(), reduction)
          || stored.height() != reduced(header.height(), reduction)) {
        throw new ImageRejectedException(
            Reason.CORRUPT, "Header and data of the image have different sizes");
      }

      Planes resized = Resampler.resize(stored, input.channels(), height, width);
      return ExifOrientation.upright(resized, orientation).values();
    } catch (OutOfMemoryError e) {
      // The sender decides how much memory this takes. The memory is free again by now, and an
      // error would come back with every restart.
      throw new ImageRejectedException(
          Reason.TOO_LARGE,
          "There is not enough memory for %d x %d pixels: give the process more memory, or lower image.max-pixels"
              .formatted(header.width(), header.height()));
    }
  }

  /**
   * The reduction that a JPEG is decoded with: it computes fewer frequencies of each block of 8 × 8
   * pixels, which is an average over them and much faster than to average them afterwards.
   */
  private static int reduction(ImageHeader header, int height, int width) {
    int reduction = LARGEST_REDUCTION;
    while (reduction > 1
        && (reduced(header.width(), reduction) < MARGIN * width
            || reduced(header.height(), reduction) < MARGIN * height)) {
      reduction /= 2;
    }

    return reduction;
  }

  private static int reduced(int size, int reduction) {
    return (size + reduction - 1) / reduction;
  }
}

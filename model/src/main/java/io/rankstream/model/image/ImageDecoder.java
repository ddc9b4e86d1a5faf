package io.rankstream.model.image;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes JPEG and PNG to pixels of the size and channels that a network takes. It converts between
 * grey and colour, drops transparency, resamples to the size, and turns images upright that a
 * camera took sideways. It does not apply colour profiles. Thread-safe.
 */
public final class ImageDecoder {

  /**
   * From this size on, decoding an image takes hundreds of megabytes: two at once are too much for
   * a small process.
   */
  private static final long LARGE_PIXELS = 8_000_000;

  private static final Object ONE_LARGE_IMAGE_AT_A_TIME = new Object();

  private final InputSpec input;
  private final DecodeLimits limits;

  /**
   * @param input size, channels and scale of the pixels
   * @param limits limits of the encoded images
   */
  public ImageDecoder(InputSpec input, DecodeLimits limits) {
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
    ImageHeader header = ImageHeader.read(encoded, limits);
    int orientation =
        header.format() == ImageFormat.JPEG
            ? JpegSegments.orientation(encoded)
            : ExifOrientation.UPRIGHT;
    byte[] pixels =
        switch (header.format()) {
          case JPEG -> JpegSegments.pixelsOnly(encoded);
          case PNG -> PngChunks.pixelsOnly(encoded);
        };
    if ((long) header.width() * header.height() < LARGE_PIXELS) {
      return decode(pixels, header, orientation);
    }

    synchronized (ONE_LARGE_IMAGE_AT_A_TIME) {
      return decode(pixels, header, orientation);
    }
  }

  private byte[] decode(byte[] pixels, ImageHeader header, int orientation)
      throws ImageRejectedException {
    try {
      Planes stored = planes(read(pixels, header));
      boolean sideways = ExifOrientation.isSideways(orientation);
      Planes resized =
          Resampler.resize(
              stored,
              sideways ? input.width() : input.height(),
              sideways ? input.height() : input.width());
      return ExifOrientation.upright(resized, orientation).values();
    } catch (OutOfMemoryError e) {
      // The sender decides how much memory this takes. The memory is free again by now, and an
      // error
      // would come back with every restart.
      throw new ImageRejectedException(
          Reason.TOO_LARGE,
          "There is not enough memory for %d x %d pixels: increase the heap, or lower image.max-pixels"
              .formatted(header.width(), header.height()));
    }
  }

  private static BufferedImage read(byte[] encoded, ImageHeader header)
      throws ImageRejectedException {
    Iterator<ImageReader> readers =
        ImageIO.getImageReadersByFormatName(header.format().name().toLowerCase(Locale.ROOT));
    ImageReader reader = readers.next();
    // Memory only: ImageIO's default would write every image to a temporary file first.
    try (ImageInputStream stream =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
      reader.setInput(stream, true, true);
      if (reader.getWidth(0) != header.width() || reader.getHeight(0) != header.height()) {
        throw new ImageRejectedException(
            Reason.CORRUPT, "Header and data of the image have different sizes");
      }

      List<String> warnings = new ArrayList<>();
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      BufferedImage image = reader.read(0);
      Optional<String> damage =
          warnings.stream().filter(warning -> warning.contains("Corrupt")).findFirst();
      if (damage.isPresent()) { // the JPEG reader fills gaps and only warns
        throw new ImageRejectedException(Reason.CORRUPT, damage.get());
      }

      return image;
    } catch (IOException | RuntimeException e) {
      // The JDK's readers throw almost any runtime exception on damaged files.
      boolean unsupported = String.valueOf(e.getMessage()).contains("Unsupported");
      throw new ImageRejectedException(
          unsupported ? Reason.UNSUPPORTED_FORMAT : Reason.CORRUPT,
          "The %s cannot be decoded: %s".formatted(header.format(), e.getMessage()));
    } finally {
      reader.dispose();
    }
  }

  private Planes planes(BufferedImage image) {
    boolean grey = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    if (grey) {
      return fromGrey(image);
    }

    return image.getType() == BufferedImage.TYPE_3BYTE_BGR ? fromBytes(image) : fromColor(image);
  }

  /** Reads the samples: getRGB would apply a gamma curve to a grey image. */
  private Planes fromGrey(BufferedImage image) {
    Raster raster = image.getRaster();
    int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - 8);
    Planes planes = new Planes(input.channels(), image.getHeight(), image.getWidth());
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int grey = raster.getSample(x, y, 0) >> shift;
        for (int c = 0; c < input.channels(); c++) {
          planes.set(c, y, x, grey);
        }
      }
    }

    return planes;
  }

  /** The layout of the JPEG reader: blue, green and red of a pixel side by side. */
  private Planes fromBytes(BufferedImage image) {
    byte[] samples = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    int pixels = image.getHeight() * image.getWidth();
    Planes planes = new Planes(input.channels(), image.getHeight(), image.getWidth());
    byte[] values = planes.values();
    if (input.channels() == 1) {
      for (int i = 0; i < pixels; i++) {
        int red = samples[3 * i + 2] & 0xFF;
        int green = samples[3 * i + 1] & 0xFF;
        int blue = samples[3 * i] & 0xFF;
        values[i] = (byte) luma(red, green, blue);
      }
      return planes;
    }

    for (int i = 0; i < pixels; i++) {
      values[i] = samples[3 * i + 2];
      values[pixels + i] = samples[3 * i + 1];
      values[2 * pixels + i] = samples[3 * i];
    }

    return planes;
  }

  private Planes fromColor(BufferedImage image) {
    Planes planes = new Planes(input.channels(), image.getHeight(), image.getWidth());
    int[] row = new int[image.getWidth()];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, image.getWidth(), 1, row, 0, image.getWidth());
      for (int x = 0; x < image.getWidth(); x++) {
        int red = row[x] >> 16 & 0xFF;
        int green = row[x] >> 8 & 0xFF;
        int blue = row[x] & 0xFF;
        if (input.channels() == 1) {
          planes.set(0, y, x, luma(red, green, blue));
        } else {
          planes.set(0, y, x, red);
          planes.set(1, y, x, green);
          planes.set(2, y, x, blue);
        }
      }
    }

    return planes;
  }

  /** ITU-R BT.601 luma, as Pillow's mode L. */
  private static int luma(int red, int green, int blue) {
    return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
  }
}

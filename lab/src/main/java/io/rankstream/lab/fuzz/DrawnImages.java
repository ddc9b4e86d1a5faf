package io.rankstream.lab.fuzz;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Draws images and encodes them: the good images, and the material of the hostile ones. */
final class DrawnImages {

  static final int SIDE = 28;

  private DrawnImages() {}

  /** A grey PNG: the pattern of a class under random noise. */
  static byte[] png(int pattern, Random random) {
    return write("png", grey(pattern, random));
  }

  /** The same as a JPEG. */
  static byte[] jpeg(int pattern, Random random) {
    return write("jpg", grey(pattern, random));
  }

  /** A grey image: the pattern of a class under random noise. */
  static BufferedImage grey(int pattern, Random random) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        double wave = Math.sin((pattern + 1) * x * 0.2) * Math.cos((pattern % 4 + 1) * y * 0.3);
        int value = (int) (128 + 90 * wave + 20 * random.nextGaussian());
        image.getRaster().setSample(x, y, 0, Math.max(0, Math.min(255, value)));
      }
    }
    return image;
  }

  /** A colour image of random pixels and size, up to 100 on each side. */
  static BufferedImage color(Random random) {
    int width = 1 + random.nextInt(100);
    int height = 1 + random.nextInt(100);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    fill(image.getRaster(), random, 256);
    return image;
  }

  /** Fills all bands with random samples from 0 to below a bound. */
  static void fill(WritableRaster raster, Random random, int bound) {
    for (int y = 0; y < raster.getHeight(); y++) {
      for (int x = 0; x < raster.getWidth(); x++) {
        for (int band = 0; band < raster.getNumBands(); band++) {
          raster.setSample(x, y, band, random.nextInt(bound));
        }
      }
    }
  }

  static byte[] write(String format, BufferedImage image) {
    return write(format, image, ImageWriteParam.MODE_DISABLED);
  }

  static byte[] write(String format, BufferedImage image, int progressiveMode) {
    return write(format, new IIOImage(image, null, null), progressiveMode);
  }

  static byte[] write(String format, IIOImage image, int progressiveMode) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setProgressiveMode(progressiveMode);
      writer.setOutput(out);
      writer.write(null, image, parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}

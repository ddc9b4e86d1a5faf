package io.rankstream.lab.bench;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * A drawn image with about as much detail as a photograph (soft shades, edges, grain), for machines
 * without photographs. A JPEG of 500×375 pixels has 50 to 60 KB.
 */
final class DrawnPhoto {

  private static final int SHAPES = 120;
  private static final double GRAIN = 6;

  private DrawnPhoto() {}

  static byte[] jpeg(int width, int height, long seed) throws IOException {
    Random random = new Random(seed);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D brush = image.createGraphics();
    for (int i = 0; i < SHAPES; i++) {
      int side = 10 + random.nextInt(width / 3);
      int x = random.nextInt(width) - side / 2;
      int y = random.nextInt(height) - side / 2;
      brush.setPaint(
          new GradientPaint(
              x, y, color(random), x + (float) side, y + (float) side, color(random)));
      brush.fillOval(x, y, side, side * 2 / 3);
    }
    brush.dispose();

    byte[] values = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    for (int i = 0; i < values.length; i++) {
      int value = (values[i] & 0xFF) + (int) (GRAIN * random.nextGaussian());
      values[i] = (byte) Math.max(0, Math.min(255, value));
    }

    ByteArrayOutputStream encoded = new ByteArrayOutputStream();
    ImageIO.write(image, "jpeg", encoded);
    return encoded.toByteArray();
  }

  private static Color color(Random random) {
    return new Color(random.nextInt(256), random.nextInt(256), random.nextInt(256));
  }
}

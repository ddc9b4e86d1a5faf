package io.rankstream.pipeline.tools.report;

import io.rankstream.model.image.DecodeLimits;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import javax.imageio.ImageIO;

/**
 * Makes small pictures for pages. The job's decoder reads the image and a new PNG file is written,
 * so that no byte of the original file reaches the browser. Not thread-safe.
 */
public final class Thumbnails {

  private static final int SIDE = 64;

  private final ImageDecoder decoder =
      new ImageDecoder(
          new InputSpec(3, SIDE, SIDE, Normalization.HALF_RANGE), DecodeLimits.defaults());

  /**
   * The picture of an image: a PNG file of 64×64 pixels.
   *
   * @param encoded an image file
   * @throws ImageRejectedException when the file is not an image that the job reads
   */
  public byte[] png(byte[] encoded) throws ImageRejectedException, IOException {
    byte[] planes = decoder.decode(encoded);
    int plane = SIDE * SIDE;
    BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < plane; i++) {
      int red = planes[i] & 0xFF;
      int green = planes[plane + i] & 0xFF;
      int blue = planes[2 * plane + i] & 0xFF;
      picture.setRGB(i % SIDE, i / SIDE, (red << 16) | (green << 8) | blue);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", out);
    return out.toByteArray();
  }

  /** A PNG file as an address that holds it, for a page that needs no server. */
  public static String address(byte[] png) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }
}

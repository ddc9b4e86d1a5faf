package io.rankstream.model.image;

import java.io.Serializable;
import java.util.SplittableRandom;

/**
 * Random changes of a training image: the enlarging of a part, a crop of the original size from the
 * image with a black border, mirroring with a probability of one half, and the erasing of a
 * rectangle, in this order.
 *
 * @param cropPadding width of the border in pixels, at least 0; 0 crops nothing
 * @param flip whether images are mirrored left to right
 * @param zoom largest share of height and width that is cut off when a part is enlarged to the
 *     whole image, 0 to below 1
 * @param erase probability that a rectangle of an image is filled with random values, 0 to 1
 */
public record Augmentation(int cropPadding, boolean flip, double zoom, double erase)
    implements Serializable {

  /** Changes nothing. */
  public static final Augmentation NONE = new Augmentation(0, false, 0, 0);

  public Augmentation {
    if (cropPadding < 0) {
      throw new IllegalArgumentException(
          "Invalid cropPadding: %d (must be at least 0)".formatted(cropPadding));
    }
    if (!(zoom >= 0 && zoom < 1)) {
      throw new IllegalArgumentException("Invalid zoom: %s (must be 0 to below 1)".formatted(zoom));
    }
    if (!(erase >= 0 && erase <= 1)) {
      throw new IllegalArgumentException("Invalid erase: %s (must be 0 to 1)".formatted(erase));
    }
  }

  /**
   * Applies a random change.
   *
   * @param pixels uint8, {@code [C, H, W]}; not changed
   * @param input shape of the pixels
   * @param seed the same seed makes the same change
   * @return uint8, {@code [C, H, W]}
   */
  public byte[] apply(byte[] pixels, InputSpec input, long seed) {
    Planes image = new Planes(input.channels(), input.height(), input.width(), pixels);
    SplittableRandom random = new SplittableRandom(seed);
    int right = random.nextInt(2 * cropPadding + 1) - cropPadding;
    int down = random.nextInt(2 * cropPadding + 1) - cropPadding;
    boolean mirror = flip && random.nextBoolean();
    // Numbers of their own: seeds of batches that follow each other give shifted sequences.
    Planes part = zoom > 0 ? RandomZoom.enlarge(image, zoom, random.split()) : image;
    Planes changed = moved(part, right, down, mirror);
    if (erase > 0) {
      SplittableRandom own = random.split();
      if (own.nextDouble() < erase) {
        RandomErasing.erase(changed, own);
      }
    }

    return changed.values();
  }

  private static Planes moved(Planes image, int right, int down, boolean mirror) {
    Planes changed = new Planes(image.channels(), image.height(), image.width());
    for (int c = 0; c < image.channels(); c++) {
      for (int y = 0; y < image.height(); y++) {
        for (int x = 0; x < image.width(); x++) {
          int fromX = (mirror ? image.width() - 1 - x : x) + right;
          int fromY = y + down;
          if (fromX >= 0 && fromX < image.width() && fromY >= 0 && fromY < image.height()) {
            changed.set(c, y, x, image.at(c, fromY, fromX));
          }
        }
      }
    }

    return changed;
  }
}

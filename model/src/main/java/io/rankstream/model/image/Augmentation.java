package io.rankstream.model.image;

import java.io.Serializable;
import java.util.SplittableRandom;

/**
 * Random changes of a training image: a crop of the original size from the image with a black
 * border, and mirroring with a probability of one half.
 *
 * @param cropPadding width of the border in pixels, at least 0; 0 crops nothing
 * @param flip whether images are mirrored left to right
 */
public record Augmentation(int cropPadding, boolean flip) implements Serializable {

  /** Changes nothing. */
  public static final Augmentation NONE = new Augmentation(0, false);

  public Augmentation {
    if (cropPadding < 0) {
      throw new IllegalArgumentException(
          "Invalid cropPadding: %d (must be at least 0)".formatted(cropPadding));
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

    return changed.values();
  }
}

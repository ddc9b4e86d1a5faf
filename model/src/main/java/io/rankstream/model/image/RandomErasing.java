package io.rankstream.model.image;

import java.util.SplittableRandom;

/**
 * Fills a rectangle of an image with random values, so that a network does not rely on one part of
 * its images. The rectangle has 2 to 40 % of the pixels, and its height is 0.3 to 1 / 0.3 times its
 * width, the paper's choice; all places are equally likely.
 *
 * @see <a href="https://arxiv.org/abs/1708.04896">Zhong et al. 2017, Random Erasing Data
 *     Augmentation, algorithm 1</a>
 */
final class RandomErasing {

  private static final double LEAST_SHARE = 0.02;
  private static final double LARGEST_SHARE = 0.4;
  private static final double LEAST_RATIO = 0.3;
  private static final double LARGEST_RATIO = 1 / LEAST_RATIO;

  /** The paper tries for ever; where an input is so narrow that nothing fits, this must end. */
  private static final int ATTEMPTS = 100;

  private RandomErasing() {}

  /**
   * Erases a rectangle of an image, all channels of it. Where none fits, the image stays.
   *
   * @param image changed in place
   */
  static void erase(Planes image, SplittableRandom random) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      double area = image.height() * image.width() * between(LEAST_SHARE, LARGEST_SHARE, random);
      double ratio = between(LEAST_RATIO, LARGEST_RATIO, random);
      int height = Math.max(1, (int) Math.round(Math.sqrt(area * ratio)));
      int width = Math.max(1, (int) Math.round(Math.sqrt(area / ratio)));
      int left = random.nextInt(image.width());
      int top = random.nextInt(image.height());
      if (left + width <= image.width() && top + height <= image.height()) {
        fill(image, left, top, width, height, random);
        return;
      }
    }
  }

  private static void fill(
      Planes image, int left, int top, int width, int height, SplittableRandom random) {
    for (int c = 0; c < image.channels(); c++) {
      for (int y = top; y < top + height; y++) {
        for (int x = left; x < left + width; x++) {
          image.set(c, y, x, random.nextInt());
        }
      }
    }
  }

  private static double between(double low, double high, SplittableRandom random) {
    return low + (high - low) * random.nextDouble();
  }
}

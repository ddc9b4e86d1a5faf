package io.rankstream.model.image;

import java.util.SplittableRandom;

/**
 * Enlarges a random part of an image to the whole, so that a network sees its objects at several
 * sizes and places. The part has the form of the image; all sizes and places are equally likely.
 *
 * <p>Inception's training takes parts of other forms as well and as small as 8 % of the area
 * (Szegedy et al. 2015, section 6), which suits a million images more than a few hundred.
 *
 * @see <a href="https://arxiv.org/abs/1409.4842">Szegedy et al. 2015, Going Deeper with
 *     Convolutions</a>
 */
final class RandomZoom {

  private RandomZoom() {}

  /**
   * Enlarges a random part.
   *
   * @param zoom largest share of height and width that is cut off, 0 to below 1
   * @return another image of the same size
   */
  static Planes enlarge(Planes image, double zoom, SplittableRandom random) {
    double share = 1 - zoom * random.nextDouble();
    int height = Math.max(1, (int) Math.round(image.height() * share));
    int width = Math.max(1, (int) Math.round(image.width() * share));
    int top = random.nextInt(image.height() - height + 1);
    int left = random.nextInt(image.width() - width + 1);
    return Resampler.resize(
        new Part(image, top, left, height, width), image.channels(), image.height(), image.width());
  }

  private record Part(Planes image, int top, int left, int height, int width) implements PixelRows {

    @Override
    public boolean isGrey() {
      return image.channels() == 1;
    }

    @Override
    public void read(int y, int[] row) {
      for (int x = 0; x < width; x++) {
        row[x] = isGrey() ? value(0, y, x) : colour(y, x);
      }
    }

    private int colour(int y, int x) {
      return value(0, y, x) << 24 | value(1, y, x) << 16 | value(2, y, x) << 8;
    }

    private int value(int channel, int y, int x) {
      return image.at(channel, top + y, left + x);
    }
  }
}

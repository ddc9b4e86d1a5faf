package io.rankstream.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Zooms into a picture whose red is its x, whose green is its y and whose blue is 7: so the colours
 * of a pixel of the result tell where it comes from.
 */
class RandomZoomTest {

  private static final int HEIGHT = 100;
  private static final int WIDTH = 200;
  private static final InputSpec COLOUR = new InputSpec(3, HEIGHT, WIDTH, Normalization.HALF_RANGE);
  private static final Augmentation ZOOM = new Augmentation(0, false, 0.4, 0);

  @Test
  void enlargesAPartOfTheImageInItsForm() {
    for (int seed = 0; seed < 200; seed++) {
      Planes zoomed = zoomed(seed);
      double across = slope(zoomed, 0);
      double down = slope(zoomed, 1);

      assertThat(across).as("part of the width").isBetween(0.595, 1.005);
      assertThat(down).as("part of the height").isCloseTo(across, within(0.02));
      assertThat(zoomed.at(2, 50, 100)).isEqualTo(7);
      for (int y = 10; y < HEIGHT - 10; y++) {
        for (int x = 10; x < WIDTH - 10; x++) {
          assertThat((double) zoomed.at(0, y, x))
              .isCloseTo(zoomed.at(0, 50, 100) + across * (x - 100), within(1.5));
          assertThat((double) zoomed.at(1, y, x))
              .isCloseTo(zoomed.at(1, 50, 100) + down * (y - 50), within(1.5));
        }
      }
    }
  }

  @Test
  void takesAllSizesAndPlaces() {
    double least = 1;
    double largest = 0;
    int leftmost = WIDTH;
    int rightmost = 0;
    for (int seed = 0; seed < 1_000; seed++) {
      Planes zoomed = zoomed(seed);
      least = Math.min(least, slope(zoomed, 0));
      largest = Math.max(largest, slope(zoomed, 0));
      leftmost = Math.min(leftmost, zoomed.at(0, 50, 0));
      rightmost = Math.max(rightmost, zoomed.at(0, 50, WIDTH - 1));
    }

    assertThat(least).isLessThan(0.61);
    assertThat(largest).isGreaterThan(0.99);
    assertThat(leftmost).isZero();
    assertThat(rightmost).isEqualTo(WIDTH - 1);
  }

  @Test
  void thePartDependsOnTheSeedAlone() {
    assertThat(zoomed(3).values()).isEqualTo(zoomed(3).values()).isNotEqualTo(zoomed(4).values());
  }

  @Test
  void enlargesGreyImages() {
    InputSpec grey = new InputSpec(1, 28, 28, Normalization.HALF_RANGE);
    byte[] pixels = new byte[grey.pixelsPerImage()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i % 28);
    }

    byte[] zoomed = new Augmentation(0, false, 0.9, 0).apply(pixels, grey, 1);

    assertThat(zoomed).isNotEqualTo(pixels);
    for (int i = 1; i < 28; i++) {
      assertThat(zoomed[i] - zoomed[i - 1]).isBetween(0, 1);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void aPartIsLeft(double zoom) {
    assertThatThrownBy(() -> new Augmentation(0, false, zoom, 0))
        .hasMessage("Invalid zoom: %s (must be 0 to below 1)", zoom);
  }

  private static double slope(Planes image, int channel) {
    boolean across = channel == 0;
    int from = image.at(channel, across ? 50 : 10, across ? 10 : 100);
    int to = image.at(channel, across ? 50 : HEIGHT - 11, across ? WIDTH - 11 : 100);
    return (to - from) / (double) ((across ? WIDTH : HEIGHT) - 21);
  }

  private static Planes zoomed(long seed) {
    Planes image = new Planes(3, HEIGHT, WIDTH);
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        image.set(0, y, x, x);
        image.set(1, y, x, y);
        image.set(2, y, x, 7);
      }
    }
    return new Planes(3, HEIGHT, WIDTH, ZOOM.apply(image.values(), COLOUR, seed));
  }
}

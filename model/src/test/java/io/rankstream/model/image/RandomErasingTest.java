package io.rankstream.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.model.golden.GoldenCase;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RandomErasingTest {

  private static final InputSpec COLOUR = new InputSpec(3, 32, 32, Normalization.HALF_RANGE);
  private static final Augmentation ALWAYS = new Augmentation(0, false, 0, 1);

  @ParameterizedTest
  @MethodSource("golden")
  void erasesThePixelsThatTheReferenceErases(GoldenCase golden) {
    InputSpec input =
        new InputSpec(
            golden.param("channels").asInt(),
            golden.param("height").asInt(),
            golden.param("width").asInt(),
            Normalization.HALF_RANGE);
    Augmentation augmentation = new Augmentation(0, false, 0, golden.param("erase").asDouble());

    byte[] erased = augmentation.apply(pattern(input), input, golden.param("seed").asLong());

    assertThat(DigestUtils.sha256Hex(erased)).isEqualTo(golden.expected("sha256").asText());
  }

  @Test
  void theRectangleHasTheSizesOfThePaper() {
    double smallest = 1;
    double largest = 0;
    for (int seed = 0; seed < 1_000; seed++) {
      Box box = Box.ofChanges(ALWAYS.apply(pattern(COLOUR), COLOUR, seed));
      double area = box.height() * box.width() / 1024.0;
      smallest = Math.min(smallest, area);
      largest = Math.max(largest, area);

      // The sides are rounded.
      assertThat((box.height() + 0.5) * (box.width() + 0.5)).isGreaterThan(0.02 * 1024);
      assertThat((box.height() - 0.5) * (box.width() - 0.5)).isLessThan(0.4 * 1024);
      assertThat((box.height() + 0.5) / (box.width() - 0.5)).isGreaterThan(0.3);
      assertThat((box.width() + 0.5) / (box.height() - 0.5)).isGreaterThan(0.3);
    }
    assertThat(smallest).isLessThan(0.03);
    assertThat(largest).isGreaterThan(0.38);
  }

  @Test
  void erasesTheShareOfTheImagesThatIsAskedFor() {
    InputSpec small = new InputSpec(1, 8, 8, Normalization.HALF_RANGE);
    Augmentation sometimes = new Augmentation(0, false, 0, 0.3);
    int erased = 0;
    for (int seed = 0; seed < 4_000; seed++) {
      erased += Arrays.equals(sometimes.apply(pattern(small), small, seed), pattern(small)) ? 0 : 1;
    }

    assertThat(erased).isBetween(1_100, 1_300);
  }

  @Test
  void anImageWhereNoRectangleFitsStays() {
    InputSpec narrow = new InputSpec(1, 8, 2048, Normalization.HALF_RANGE);
    for (int seed = 0; seed < 5; seed++) {
      assertThat(ALWAYS.apply(pattern(narrow), narrow, seed)).isEqualTo(pattern(narrow));
    }
  }

  @Test
  void theCropAndTheFlipAreThoseWithoutErasing() {
    for (int seed = 0; seed < 20; seed++) {
      byte[] moved = new Augmentation(4, true, 0, 0).apply(pattern(COLOUR), COLOUR, seed);
      byte[] erased = new Augmentation(4, true, 0, 1).apply(pattern(COLOUR), COLOUR, seed);

      Box box = Box.ofDifferences(moved, erased);
      assertThat(box.height() * box.width()).isLessThan(1024 / 2);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void aProbabilityIsFromZeroToOne(double erase) {
    assertThatThrownBy(() -> new Augmentation(0, false, 0, erase))
        .hasMessage("Invalid erase: %s (must be 0 to 1)", erase);
  }

  static Stream<GoldenCase> golden() {
    return GoldenCase.of("random_erasing").filter(each -> each.toString().endsWith("float64"));
  }

  private static byte[] pattern(InputSpec input) {
    byte[] pixels = new byte[input.pixelsPerImage()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (31 * i);
    }
    return pixels;
  }

  /** The smallest rectangle around the pixels of a 3×32×32 image that differ in any channel. */
  private record Box(int height, int width) {

    static Box ofChanges(byte[] image) {
      return ofDifferences(image, pattern(COLOUR));
    }

    static Box ofDifferences(byte[] one, byte[] other) {
      int left = 32;
      int right = -1;
      int top = 32;
      int bottom = -1;
      for (int i = 0; i < one.length; i++) {
        if (one[i] != other[i]) {
          left = Math.min(left, i % 32);
          right = Math.max(right, i % 32);
          top = Math.min(top, i / 32 % 32);
          bottom = Math.max(bottom, i / 32 % 32);
        }
      }
      return new Box(bottom - top + 1, right - left + 1);
    }
  }
}

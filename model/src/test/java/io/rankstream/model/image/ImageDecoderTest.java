package io.rankstream.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

  private static final InputSpec GREY = new InputSpec(1, 28, 28, Normalization.HALF_RANGE);
  private static final InputSpec COLOUR = new InputSpec(3, 28, 28, Normalization.HALF_RANGE);
  private static final DecodeLimits LIMITS = DecodeLimits.defaults();

  @Test
  void copiesTheSamplesOfAGreyPngExactly() throws Exception {
    byte[] pixels = new ImageDecoder(GREY, LIMITS).decode(encode(grey(28), "png"));

    assertThat(pixels).hasSize(28 * 28);
    for (int y = 0; y < 28; y++) {
      for (int x = 0; x < 28; x++) {
        assertThat(pixels[y * 28 + x] & 0xFF).isEqualTo((x * 7 + y * 3) % 256);
      }
    }
  }

  @Test
  void spreadsGreyOverThreeChannels() throws Exception {
    byte[] one = new ImageDecoder(GREY, LIMITS).decode(encode(grey(28), "png"));
    byte[] three = new ImageDecoder(COLOUR, LIMITS).decode(encode(grey(28), "png"));

    for (int c = 0; c < 3; c++) {
      assertThat(Arrays.copyOfRange(three, c * 784, (c + 1) * 784)).isEqualTo(one);
    }
  }

  @Test
  void putsChannelsOneAfterTheOther() throws Exception {
    byte[] pixels =
        new ImageDecoder(COLOUR, LIMITS)
            .decode(encode(plain(28, 28, new Color(200, 100, 50)), "png"));

    assertThat(pixels[0] & 0xFF).isEqualTo(200);
    assertThat(pixels[784] & 0xFF).isEqualTo(100);
    assertThat(pixels[2 * 784] & 0xFF).isEqualTo(50);
  }

  @Test
  void turnsColourIntoLuma() throws Exception {
    byte[] pixels =
        new ImageDecoder(GREY, LIMITS)
            .decode(encode(plain(28, 28, new Color(200, 100, 50)), "png"));

    assertThat(pixels[0] & 0xFF)
        .isEqualTo((int) Math.round(0.299 * 200 + 0.587 * 100 + 0.114 * 50));
  }

  @Test
  void readsGreyAndColourJpeg() throws Exception {
    byte[] grey = new ImageDecoder(GREY, LIMITS).decode(encode(plain(28, 28, Color.GRAY), "jpg"));
    byte[] colour =
        new ImageDecoder(COLOUR, LIMITS)
            .decode(encode(plain(40, 60, new Color(10, 200, 30)), "jpg"));

    assertThat(grey[400] & 0xFF).isCloseTo(128, within(2));
    assertThat(colour[784 + 400] & 0xFF).isCloseTo(200, within(4));
  }

  @Test
  void resizesToTheInputOfTheNetwork() throws Exception {
    byte[] pixels =
        new ImageDecoder(GREY, LIMITS).decode(encode(plain(301, 97, Color.GRAY), "png"));

    assertThat(pixels).hasSize(28 * 28).containsOnly((byte) 128);
  }

  @Test
  void averagesWhatAReductionLeavesOut() throws Exception {
    BufferedImage stripes = new BufferedImage(280, 280, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < 280; y++) {
      for (int x = 0; x < 280; x++) {
        stripes.getRaster().setSample(x, y, 0, x % 2 == 0 ? 0 : 200);
      }
    }

    byte[] pixels = new ImageDecoder(GREY, LIMITS).decode(encode(stripes, "png"));

    for (byte pixel : pixels) {
      assertThat(pixel & 0xFF).isBetween(95, 105);
    }
  }

  @Test
  void rejectsAnEmptyImage() {
    assertThat(rejection(new byte[0])).isEqualTo(Reason.EMPTY);
  }

  @Test
  void rejectsBytesThatAreNoImage() {
    byte[] noise = new byte[500];
    new Random(1).nextBytes(noise);
    noise[0] = 0;

    assertThat(rejection(noise)).isEqualTo(Reason.UNSUPPORTED_FORMAT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png"})
  void rejectsATruncatedImage(String format) {
    byte[] encoded = encode(plain(64, 64, Color.PINK), format);

    assertThat(rejection(Arrays.copyOf(encoded, encoded.length - 20))).isEqualTo(Reason.CORRUPT);
    assertThat(rejection(Arrays.copyOf(encoded, encoded.length / 2))).isEqualTo(Reason.CORRUPT);
  }

  @Test
  void rejectsAPngThatClaimsHugeSizesFromItsHeaderAlone() {
    byte[] encoded = encode(plain(64, 64, Color.PINK), "png");
    ByteBuffer.wrap(encoded).putInt(16, 60_000).putInt(20, 60_000);

    assertThatThrownBy(() -> ImageHeader.read(encoded, LIMITS))
        .isInstanceOf(ImageRejectedException.class)
        .hasMessage(
            "The header claims 60000 x 60000 pixels (at most 8192 x 8192 and 40000000 in all)");
    assertThat(rejection(encoded)).isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void rejectsMoreBytesThanTheLimit() {
    byte[] encoded = encode(plain(64, 64, Color.PINK), "png");
    DecodeLimits small = new DecodeLimits(10, 100, 100, 10_000);

    assertThatThrownBy(() -> ImageHeader.read(encoded, small))
        .isInstanceOf(ImageRejectedException.class)
        .hasMessage("The image has %d bytes (at most 10)", encoded.length);
  }

  @Test
  void survivesAnyFlippedByte() throws Exception {
    byte[] encoded = encode(grey(28), "jpg");
    Random random = new Random(3);
    ImageDecoder decoder = new ImageDecoder(GREY, LIMITS);
    for (int i = 0; i < 500; i++) {
      byte[] damaged = encoded.clone();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      try {
        assertThat(decoder.decode(damaged)).hasSize(28 * 28);
      } catch (ImageRejectedException e) {
        assertThat(e.getMessage()).isNotBlank();
      }
    }
  }

  @Test
  void augmentsAlikeForTheSameSeedAndOtherwiseForAnother() throws Exception {
    byte[] plain = new ImageDecoder(GREY, LIMITS).decode(encode(grey(28), "png"));
    Augmentation augmentation = new Augmentation(4, true, 0, 0);

    assertThat(augmentation.apply(plain, GREY, 1))
        .isEqualTo(augmentation.apply(plain, GREY, 1))
        .isNotEqualTo(augmentation.apply(plain, GREY, 2))
        .isNotEqualTo(plain);
  }

  @Test
  void rejectsAJpegThatLacksDataBeforeItsEndMarker() {
    byte[] encoded = encode(grey(64), "jpg");
    byte[] hollow = Arrays.copyOf(encoded, encoded.length / 2 + 2);
    hollow[hollow.length - 2] = (byte) 0xFF;
    hollow[hollow.length - 1] = (byte) 0xD9;

    assertThat(rejection(hollow)).isEqualTo(Reason.CORRUPT);
  }

  @Test
  void mirrorsWithoutMovingWhenOnlyFlipsAreAskedFor() throws Exception {
    ImageDecoder decoder = new ImageDecoder(GREY, LIMITS);
    byte[] encoded = encode(grey(28), "png");
    byte[] plain = decoder.decode(encoded);
    byte[] mirrored = new byte[plain.length];
    for (int y = 0; y < 28; y++) {
      for (int x = 0; x < 28; x++) {
        mirrored[y * 28 + x] = plain[y * 28 + 27 - x];
      }
    }

    int flips = 0;
    for (int seed = 0; seed < 40; seed++) {
      byte[] augmented = new Augmentation(0, true, 0, 0).apply(plain, GREY, seed);
      assertThat(augmented).isIn(plain, mirrored);
      flips += Arrays.equals(augmented, mirrored) ? 1 : 0;
    }
    assertThat(flips).isBetween(8, 32);
  }

  private static byte[] encode(BufferedImage image, String format) {
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      assertThat(ImageIO.write(image, format, out)).isTrue();
      return out.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static BufferedImage grey(int side) {
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        image.getRaster().setSample(x, y, 0, (x * 7 + y * 3) % 256);
      }
    }
    return image;
  }

  private static BufferedImage plain(int width, int height, Color color) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(color);
    graphics.fillRect(0, 0, width, height);
    graphics.dispose();
    return image;
  }

  private static Reason rejection(byte[] encoded) {
    try {
      new ImageDecoder(GREY, LIMITS).decode(encoded);
      return null;
    } catch (ImageRejectedException e) {
      return e.reason();
    }
  }
}

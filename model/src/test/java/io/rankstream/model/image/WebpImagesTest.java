package io.rankstream.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebpImagesTest {

  @ParameterizedTest
  @ValueSource(strings = {LOSSY_WEBP, LOSSLESS_WEBP})
  void readsAWebp(String base64) throws Exception {
    byte[] webp = Base64.getDecoder().decode(base64);

    byte[] pixels = COLOUR.decode(webp);

    assertThat(pixels[0] & 0xFF).isBetween(195, 205); // red
    assertThat(pixels[SIDE * SIDE] & 0xFF).isBetween(95, 105);
    assertThat(pixels[2 * SIDE * SIDE] & 0xFF).isBetween(45, 55);
    for (int length = 0; length < webp.length - 1; length++) {
      byte[] cut = Arrays.copyOf(webp, length);

      assertThatThrownBy(() -> COLOUR.decode(cut)).isInstanceOf(ImageRejectedException.class);
    }
  }

  @Test
  void readsTheFirstPictureOfAnAnimatedWebp() throws Exception {
    byte[] still = Base64.getDecoder().decode(LOSSY_WEBP);
    byte[] picture = Arrays.copyOfRange(still, 12, still.length);
    byte[] animated =
        ByteBuffer.allocate(12 + 18 + 24 + picture.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put("RIFF\0\0\0\0WEBPVP8X".getBytes(StandardCharsets.US_ASCII))
            .putInt(10)
            .put(new byte[] {2, 0, 0, 0, 15, 0, 0, 15, 0, 0})
            .put("ANMF".getBytes(StandardCharsets.US_ASCII))
            .putInt(16 + picture.length)
            .put(new byte[16])
            .put(picture)
            .array();

    assertThat(COLOUR.decode(animated)).isEqualTo(COLOUR.decode(still));
  }

  private static final int SIDE = 16;
  private static final ImageDecoder COLOUR =
      new ImageDecoder(
          new InputSpec(3, SIDE, SIDE, Normalization.HALF_RANGE), DecodeLimits.defaults());

  /** 16 × 16 pixels of red 200, green 100, blue 50, by libwebp. */
  private static final String LOSSY_WEBP =
      "UklGRj4AAABXRUJQVlA4IDIAAADQAQCdASoQABAAAMASJaACdLoB+AADsAD+2ib/7vN+09e09f1M//jKnyA/4yp/xcwAAA==";

  private static final String LOSSLESS_WEBP =
      "UklGRh4AAABXRUJQVlA4TBEAAAAvD8ADAAdQsiJXpv+BiOh/AAA=";
}

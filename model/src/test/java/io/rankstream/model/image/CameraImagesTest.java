package io.rankstream.model.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What cameras write: Motion JPEG without tables, bytes too many, restart markers. */
class CameraImagesTest {

  @Test
  void readsAFrameWithoutHuffmanTables() throws Exception {
    assertThat(quarters(DECODER.decode(frame(BRIGHT, DARK, DARK, BRIGHT))))
        .isEqualTo(quarters(EXPECTED));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void passesOverBytesTooManyInFrontOfAMarker(int block) throws Exception {
    byte[][] blocks = {BRIGHT, DARK, DARK, BRIGHT};
    blocks[block] = joined(blocks[block], new byte[] {0, 0, 17});

    assertThat(DECODER.decode(frame(blocks)))
        .isEqualTo(DECODER.decode(frame(BRIGHT, DARK, DARK, BRIGHT)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void refusesABlockWithoutItsData(int block) {
    byte[][] blocks = {BRIGHT, DARK, DARK, BRIGHT};
    blocks[block] = new byte[0];

    assertThat(rejection(frame(blocks))).isEqualTo(Reason.CORRUPT);
  }

  @Test
  void refusesRestartMarkersOutOfTurn() {
    byte[] jpeg = frame(BRIGHT, DARK, DARK, BRIGHT);
    for (int i = 0; i < jpeg.length; i++) {
      if ((jpeg[i] & 0xFF) == 0xD1 && (jpeg[i - 1] & 0xFF) == 0xFF) {
        jpeg[i] = (byte) 0xD5;
      }
    }

    assertThat(rejection(jpeg)).isEqualTo(Reason.CORRUPT);
  }

  @Test
  void passesOverBytesTooManyBetweenSegments() throws Exception {
    byte[] jpeg = frame(BRIGHT, DARK, DARK, BRIGHT);
    byte[] junk = joined(Arrays.copyOf(jpeg, 2), new byte[] {1, 2, 3});

    assertThat(DECODER.decode(joined(junk, Arrays.copyOfRange(jpeg, 2, jpeg.length))))
        .isEqualTo(DECODER.decode(jpeg));
  }

  @ParameterizedTest
  @ValueSource(strings = {"baseline.jpg", "progressive.jpg", "grey.jpg"})
  void findsTheDataOfEveryBlock(String file) throws Exception {
    byte[] jpeg = JpegSegments.pixelsOnly(GoldenPixelsTest.resource(file));

    JpegEntropy.requireWhole(jpeg); // does not throw
    byte[] hollow = joined(Arrays.copyOf(jpeg, jpeg.length - 40), new byte[] {-1, (byte) 0xD9});
    assertThat(rejection(hollow)).isEqualTo(Reason.CORRUPT);
  }

  @Test
  void passesOverBytesTooManyBetweenTheScansOfAProgressiveJpeg() throws Exception {
    byte[] jpeg = GoldenPixelsTest.resource("progressive.jpg");
    int scans = 0;
    for (int i = jpeg.length - 2; i > 0; i--) {
      boolean betweenScans = jpeg[i] == -1 && (jpeg[i + 1] & 0xFF) == 0xC4 && scans > 0;
      scans += jpeg[i] == -1 && (jpeg[i + 1] & 0xFF) == 0xDA ? 1 : 0;
      if (betweenScans && scans < 5) {
        byte[] start = joined(Arrays.copyOf(jpeg, i), new byte[] {5, 6, 7});

        assertThat(DECODER.decode(joined(start, Arrays.copyOfRange(jpeg, i, jpeg.length))))
            .isEqualTo(DECODER.decode(jpeg));
      }
    }
    assertThat(scans).isGreaterThan(5);
  }

  @Test
  void turnsAPngUpright() throws Exception {
    byte[] png = GoldenPixelsTest.resource("colour.png");
    byte[] plain = DECODER.decode(png);
    // Exif in a PNG: byte order, 42, one entry: orientation (0x0112) is upside down (3)
    byte[] exif = {
      'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0
    };
    byte[] chunk =
        ByteBuffer.allocate(exif.length + 12)
            .putInt(exif.length)
            .putInt(0x65584966)
            .put(exif)
            .array();

    byte[] turned =
        DECODER.decode(
            joined(joined(Arrays.copyOf(png, 33), chunk), Arrays.copyOfRange(png, 33, png.length)));

    for (int i = 0; i < plain.length; i++) {
      assertThat(turned[i]).isEqualTo(plain[plain.length - 1 - i]);
    }
  }

  private static final int SIDE = 16;
  private static final ImageDecoder DECODER =
      new ImageDecoder(
          new InputSpec(1, SIDE, SIDE, Normalization.HALF_RANGE), DecodeLimits.defaults());

  /** In the standard code: a mean of +31 quantization steps, nothing else, and ones to fill up. */
  private static final byte[] BRIGHT = {(byte) 0xDF, (byte) 0xAF};

  /** The same with −31 steps. */
  private static final byte[] DARK = {(byte) 0xC0, (byte) 0xAF};

  private static final byte[] EXPECTED = expected();

  /** A grey frame of 2 × 2 blocks, each behind a restart marker, without Huffman tables. */
  private static byte[] frame(byte[]... blocks) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] table = new byte[65];
    Arrays.fill(table, (byte) 16);
    table[0] = 0;
    out.writeBytes(new byte[] {-1, (byte) 0xD8, -1, (byte) 0xDB, 0, 67});
    out.writeBytes(table);
    out.writeBytes(new byte[] {-1, (byte) 0xC0, 0, 11, 8, 0, SIDE, 0, SIDE, 1, 1, 0x11, 0});
    out.writeBytes(new byte[] {-1, (byte) 0xDD, 0, 4, 0, 1});
    out.writeBytes(new byte[] {-1, (byte) 0xDA, 0, 8, 1, 1, 0, 0, 63, 0});
    for (int i = 0; i < blocks.length; i++) {
      out.writeBytes(blocks[i]);
      boolean isLast = i == blocks.length - 1;
      out.writeBytes(new byte[] {-1, (byte) (isLast ? 0xD9 : 0xD0 + i)});
    }
    return out.toByteArray();
  }

  private static byte[] expected() {
    byte[] pixels = new byte[SIDE * SIDE];
    for (int i = 0; i < pixels.length; i++) {
      boolean isBright = i / SIDE / 8 == i % SIDE / 8;
      pixels[i] = (byte) (isBright ? 128 + 62 : 128 - 62);
    }
    return pixels;
  }

  /** The middle of each block. */
  private static int[] quarters(byte[] pixels) {
    return new int[] {
      pixels[4 * SIDE + 4] & 0xFF,
      pixels[4 * SIDE + 12] & 0xFF,
      pixels[12 * SIDE + 4] & 0xFF,
      pixels[12 * SIDE + 12] & 0xFF
    };
  }

  private static byte[] joined(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  private static Reason rejection(byte[] encoded) {
    try {
      DECODER.decode(encoded);
      return null;
    } catch (ImageRejectedException e) {
      return e.reason();
    }
  }
}

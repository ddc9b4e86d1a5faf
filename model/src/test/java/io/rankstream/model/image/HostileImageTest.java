package io.rankstream.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that are made to harm, and images that are only unusual. */
class HostileImageTest {

  private static byte[] bomb;

  @BeforeAll
  static void makeBomb() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater =
        new DeflaterOutputStream(out, new Deflater(Deflater.BEST_COMPRESSION))) {
      byte[] block = new byte[1 << 20];
      for (int written = 0; written < BOMB_BYTES; written += block.length) {
        deflater.write(block);
      }
    }
    bomb = out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"zTXt", "iCCP", "iTXt"})
  void doesNotInflateWhatIsNotPixels(String type) throws Exception {
    byte[] name = "bomb\0\0".getBytes(StandardCharsets.US_ASCII);
    byte[] header =
        type.equals("iTXt") ? "bomb\0\1\0\0\0".getBytes(StandardCharsets.US_ASCII) : name;
    byte[] png = palettePng();
    byte[] hostile = insert(png, 33, chunk(type, header, bomb));

    assertThat(hostile.length).isLessThan(DecodeLimits.defaults().maxBytes());
    assertThat(DECODER.decode(hostile)).isEqualTo(DECODER.decode(png));
  }

  @Test
  void inflatesNoMorePixelsThanTheHeaderTells() throws Exception {
    byte[] png = encode(corner(BufferedImage.TYPE_BYTE_GRAY), "png");
    byte[] hostile =
        ByteBuffer.allocate(2 << 20)
            .put(png, 0, 33)
            .put(chunk("IDAT", bomb))
            .put(chunk("IEND"))
            .array();

    assertThat(DECODER.decode(hostile)).containsOnly(0);
  }

  @Test
  void refusesAChunkWithAWrongChecksum() throws Exception {
    byte[] png = encode(corner(BufferedImage.TYPE_BYTE_GRAY), "png");
    for (int i = 33; i < png.length; i++) { // behind the header
      byte[] damaged = png.clone();
      damaged[i] ^= 4;

      assertThat(rejection(damaged)).describedAs("byte %d", i).isEqualTo(Reason.CORRUPT);
    }
  }

  @Test
  void refusesAJpegOfThousandsOfScans() throws Exception {
    byte[] jpeg = encode(corner(BufferedImage.TYPE_BYTE_GRAY), "jpg");
    byte[] scan = segment(0xDA, new byte[] {1, 1, 0, 0, 63, 0});
    ByteArrayOutputStream many = new ByteArrayOutputStream();
    many.write(jpeg, 0, jpeg.length - 2);
    for (int i = 0; i < 101; i++) {
      many.writeBytes(scan);
    }
    many.write(jpeg, jpeg.length - 2, 2);

    assertThat(rejection(many.toByteArray())).isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void refusesAJpegOfFourChannels() throws Exception {
    byte[] jpeg = encode(corner(BufferedImage.TYPE_INT_RGB), "jpg");
    int frame = new String(jpeg, StandardCharsets.ISO_8859_1).indexOf("\u00FF\u00C0");
    jpeg[frame + 9] = 4;

    assertThat(rejection(jpeg)).isEqualTo(Reason.UNSUPPORTED_FORMAT);
  }

  @Test
  void leavesOutWhatFollowsAJpeg() throws Exception {
    byte[] jpeg = encode(corner(BufferedImage.TYPE_BYTE_GRAY), "jpg");
    byte[] longer = Arrays.copyOf(jpeg, jpeg.length + 100_000);

    assertThat(JpegSegments.pixelsOnly(longer)).isEqualTo(JpegSegments.pixelsOnly(jpeg));
    assertThat(DECODER.decode(longer)).isEqualTo(DECODER.decode(jpeg));
  }

  @Test
  void leavesOutProfilesAndThumbnailsOfAJpeg() throws Exception {
    byte[] jpeg = encode(corner(BufferedImage.TYPE_INT_RGB), "jpg");
    byte[] profile = segment(0xE2, "ICC_PROFILE\0\1\1rubbish".getBytes(StandardCharsets.US_ASCII));
    byte[] comment = segment(0xFE, new byte[60_000]);

    byte[] decorated = insert(insert(jpeg, 20, profile), 20, comment);

    assertThat(DECODER.decode(decorated)).isEqualTo(DECODER.decode(jpeg));
  }

  @ParameterizedTest
  @CsvSource({
    // orientation, where the bright corner is then: y, x
    "1, 0, 0",
    "2, 0, 1",
    "3, 1, 1",
    "4, 1, 0",
    "5, 0, 0",
    "6, 0, 1",
    "7, 1, 1",
    "8, 1, 0",
    "9, 0, 0",
    "0, 0, 0"
  })
  void turnsAPictureUpright(int orientation, int row, int column) throws Exception {
    byte[] jpeg = encode(corner(BufferedImage.TYPE_BYTE_GRAY), "jpg");
    for (boolean littleEndian : new boolean[] {true, false}) {
      byte[] pixels = DECODER.decode(insert(jpeg, 2, exif(orientation, littleEndian)));

      for (int y = 0; y < 2; y++) {
        for (int x = 0; x < 2; x++) {
          int center = (y * SIDE / 2 + SIDE / 4) * SIDE + x * SIDE / 2 + SIDE / 4;
          int expected = y == row && x == column ? 255 : 0;
          assertThat(pixels[center] & 0xFF).isCloseTo(expected, within(12));
        }
      }
    }
  }

  @Test
  void turnsAWidePictureIntoATallOne() throws Exception {
    BufferedImage wide = new BufferedImage(64, 16, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 32; x++) {
        wide.setRGB(x, y, 0xFFFFFFFF); // the left half is bright
      }
    }

    byte[] pixels = DECODER.decode(insert(encode(wide, "jpg"), 2, exif(6, true)));

    assertThat(pixels[3 * SIDE + 8] & 0xFF).isGreaterThan(240); // the upper half is, now
    assertThat(pixels[12 * SIDE + 8] & 0xFF).isLessThan(15);
  }

  @Test
  void takesDamagedExifAsUpright() throws Exception {
    byte[] jpeg = encode(corner(BufferedImage.TYPE_BYTE_GRAY), "jpg");
    byte[] plain = DECODER.decode(jpeg);
    byte[] good = exif(6, true);
    for (int cut = 10; cut < good.length - 5; cut++) {
      byte[] shorter = segment(0xE1, Arrays.copyOfRange(good, 4, cut));

      assertThat(rejection(insert(jpeg, 2, shorter))).isNull();
    }
    byte[] far = good.clone();
    ByteBuffer.wrap(far).order(ByteOrder.LITTLE_ENDIAN).putInt(14, Integer.MAX_VALUE);

    assertThat(DECODER.decode(insert(jpeg, 2, far))).isEqualTo(plain);
  }

  @Test
  void readsAnImageOfFortyMillionPixels() throws Exception {
    byte[] png = encode(new BufferedImage(8000, 5000, BufferedImage.TYPE_BYTE_GRAY), "png");

    assertThat(DECODER.decode(png)).hasSize(SIDE * SIDE).containsOnly(0);
  }

  private static final int SIDE = 16;
  private static final int BOMB_BYTES = 1 << 30;
  private static final ImageDecoder DECODER =
      new ImageDecoder(
          new InputSpec(1, SIDE, SIDE, Normalization.HALF_RANGE), DecodeLimits.defaults());

  /** Bright in the left upper quarter, dark elsewhere. */
  private static BufferedImage corner(int type) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, type);
    for (int y = 0; y < SIDE / 2; y++) {
      for (int x = 0; x < SIDE / 2; x++) {
        image.setRGB(x, y, 0xFFFFFFFF);
      }
    }
    return image;
  }

  private static byte[] encode(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }

  private static byte[] palettePng() throws IOException {
    byte[] ramp = {0, (byte) 255};
    IndexColorModel palette = new IndexColorModel(8, 2, ramp, ramp, ramp);
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_INDEXED, palette);
    return encode(image, "png");
  }

  private static byte[] chunk(String type, byte[]... parts) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(type.getBytes(StandardCharsets.US_ASCII));
    for (byte[] part : parts) {
      body.writeBytes(part);
    }
    CRC32 checksum = new CRC32();
    checksum.update(body.toByteArray());
    return ByteBuffer.allocate(body.size() + 8)
        .putInt(body.size() - 4)
        .put(body.toByteArray())
        .putInt((int) checksum.getValue())
        .array();
  }

  private static byte[] insert(byte[] into, int position, byte[] what) {
    return ByteBuffer.allocate(into.length + what.length)
        .put(into, 0, position)
        .put(what)
        .put(into, position, into.length - position)
        .array();
  }

  private static byte[] segment(int marker, byte[] body) {
    return ByteBuffer.allocate(body.length + 4)
        .put((byte) 0xFF)
        .put((byte) marker)
        .putShort((short) (body.length + 2))
        .put(body)
        .array();
  }

  private static byte[] exif(int orientation, boolean littleEndian) {
    ByteBuffer body = ByteBuffer.allocate(6 + 8 + 2 + 12 + 4);
    body.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
    body.put((littleEndian ? "II" : "MM").getBytes(StandardCharsets.US_ASCII));
    body.order(littleEndian ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    body.putShort((short) 42).putInt(8).putShort((short) 1);
    body.putShort((short) 0x0112).putShort((short) 3).putInt(1);
    body.putShort((short) orientation).putShort((short) 0).putInt(0);
    return segment(0xE1, body.array());
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

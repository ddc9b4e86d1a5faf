package io.rankstream.model.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.model.image.ImageRejectedException.Reason;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GIF, BMP and TIFF. */
class ImageFormatsTest {

  @ParameterizedTest
  @ValueSource(strings = {"none", "LZW", "Deflate", "ZLib", "PackBits"})
  void readsTheSamplesOfATiffExactly(String compression) throws Exception {
    BufferedImage image = noise(BufferedImage.TYPE_INT_RGB);
    BufferedImage grey = noise(BufferedImage.TYPE_BYTE_GRAY);

    assertThat(COLOUR.decode(tiff(image, compression))).isEqualTo(samples(image, 3));
    assertThat(GREY.decode(tiff(grey, compression))).isEqualTo(samples(grey, 1));
  }

  @Test
  void readsPaletteAndBlackAndWhiteTiffs() throws Exception {
    BufferedImage palette = palette(256);
    BufferedImage bits = noise(BufferedImage.TYPE_BYTE_BINARY);

    assertThat(COLOUR.decode(tiff(palette, "LZW"))).isEqualTo(samples(palette, 3));
    assertThat(COLOUR.decode(tiff(bits, "none"))).isEqualTo(samples(bits, 3));
  }

  @Test
  void invertsATiffInWhichZeroIsWhite() throws Exception {
    byte[] tiff = tiff(noise(BufferedImage.TYPE_BYTE_GRAY), "none");
    byte[] plain = GREY.decode(tiff);
    setTag(tiff, 262, 0);

    byte[] inverted = GREY.decode(tiff);

    for (int i = 0; i < plain.length; i++) {
      assertThat(inverted[i] & 0xFF).isEqualTo(255 - (plain[i] & 0xFF));
    }
  }

  @Test
  void turnsATiffUpright() throws Exception {
    BufferedImage image = noise(BufferedImage.TYPE_BYTE_GRAY);
    byte[] tiff = tiff(image, "none");
    byte[] plain = GREY.decode(tiff);

    byte[] turned = GREY.decode(withOrientation(tiff, 3));

    for (int i = 0; i < plain.length; i++) {
      assertThat(turned[i]).isEqualTo(plain[plain.length - 1 - i]);
    }
  }

  @Test
  void refusesTiffsThatAreNotRead() throws Exception {
    byte[] jpegInside = tiff(noise(BufferedImage.TYPE_INT_RGB), "JPEG");
    byte[] cmyk = tiff(noise(BufferedImage.TYPE_INT_RGB), "none");
    setTag(cmyk, 262, 5);

    assertThat(rejection(jpegInside)).isEqualTo(Reason.UNSUPPORTED_FORMAT);
    assertThat(rejection(cmyk)).isEqualTo(Reason.UNSUPPORTED_FORMAT);
  }

  @Test
  void readsBmpsOfAllDepths() throws Exception {
    for (int type :
        new int[] {
          BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_BYTE_BINARY
        }) {
      BufferedImage image = noise(type);

      assertThat(COLOUR.decode(encode(image, "bmp"))).isEqualTo(samples(image, 3));
    }
    for (int colours : new int[] {16, 256}) {
      BufferedImage image = palette(colours);

      assertThat(COLOUR.decode(encode(image, "bmp"))).isEqualTo(samples(image, 3));
    }
  }

  @Test
  void readsABmpThatStartsAtTheTop() throws Exception {
    byte[] bmp = encode(noise(BufferedImage.TYPE_3BYTE_BGR), "bmp");
    byte[] plain = COLOUR.decode(bmp);
    ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(22, -SIDE);

    byte[] flipped = COLOUR.decode(bmp);

    for (int row = 0; row < 3 * SIDE; row++) {
      int other = row / SIDE * SIDE + SIDE - 1 - row % SIDE;
      assertThat(Arrays.copyOfRange(flipped, row * SIDE, (row + 1) * SIDE))
          .isEqualTo(Arrays.copyOfRange(plain, other * SIDE, (other + 1) * SIDE));
    }
  }

  @Test
  void readsTheFirstPictureOfAnAnimatedGif() throws Exception {
    BufferedImage first = palette(64);
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(stream);
      writer.prepareWriteSequence(null);
      writer.writeToSequence(new IIOImage(first, null, null), null);
      writer.writeToSequence(new IIOImage(noise(BufferedImage.TYPE_BYTE_GRAY), null, null), null);
      writer.endWriteSequence();
    }
    byte[] gif = out.toByteArray();

    assertThat(COLOUR.decode(gif)).isEqualTo(samples(first, 3));
    assertThat(GifBlocks.of(gif).pixelsOnly().length).isLessThan(gif.length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gif", "bmp", "tiff"})
  void refusesFilesThatEndEarly(String format) throws Exception {
    byte[] whole = encode(palette(64), format);
    for (int length = 0; length < whole.length - 20; length += 7) {
      byte[] cut = Arrays.copyOf(whole, length);

      // The TIFF writer puts the directory in front of the pixels, and the pixels before its end.
      assertThat(rejection(cut)).describedAs("%d of %d bytes", length, whole.length).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gif", "bmp", "tiff"})
  void refusesHugeSizesFromTheHeaderAlone(String format) throws Exception {
    byte[] image = encode(palette(64), format);
    ByteBuffer bytes = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    switch (format) {
      case "gif" -> bytes.putShort(GifBlocks.of(image).picture() + 5, (short) 60_000);
      case "bmp" -> bytes.putInt(18, Integer.MAX_VALUE);
      default -> setTag(image, 256, 60_000);
    }

    assertThat(rejection(image)).isEqualTo(Reason.TOO_LARGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%PDF-1.4", "P6\n16 16\n255\n", "spix", "\0\0\0\fjP  "})
  void refusesFormatsThatTheNativeLibraryWouldRead(String start) {
    byte[] other = Arrays.copyOf(start.getBytes(StandardCharsets.ISO_8859_1), 2000);

    assertThat(rejection(other)).isEqualTo(Reason.UNSUPPORTED_FORMAT);
  }

  private static final int SIDE = 16;
  private static final ImageDecoder GREY =
      new ImageDecoder(
          new InputSpec(1, SIDE, SIDE, Normalization.HALF_RANGE), DecodeLimits.defaults());
  private static final ImageDecoder COLOUR =
      new ImageDecoder(
          new InputSpec(3, SIDE, SIDE, Normalization.HALF_RANGE), DecodeLimits.defaults());

  private static BufferedImage noise(int type) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, type);
    Random random = new Random(5);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        for (int band = 0; band < image.getRaster().getNumBands(); band++) {
          int bound = type == BufferedImage.TYPE_BYTE_BINARY ? 2 : 256;
          image.getRaster().setSample(x, y, band, random.nextInt(bound));
        }
      }
    }
    return image;
  }

  private static BufferedImage palette(int colours) {
    byte[][] ramps = new byte[3][colours];
    Random random = new Random(6);
    for (byte[] ramp : ramps) {
      random.nextBytes(ramp);
    }
    int bits = Integer.numberOfTrailingZeros(colours);
    IndexColorModel model = new IndexColorModel(bits, colours, ramps[0], ramps[1], ramps[2]);
    BufferedImage image =
        new BufferedImage(
            SIDE,
            SIDE,
            bits <= 4 ? BufferedImage.TYPE_BYTE_BINARY : BufferedImage.TYPE_BYTE_INDEXED,
            model);
    for (int i = 0; i < SIDE * SIDE; i++) {
      image.getRaster().setSample(i % SIDE, i / SIDE, 0, random.nextInt(colours));
    }
    return image;
  }

  private static byte[] samples(BufferedImage image, int channels) {
    byte[] samples = new byte[channels * SIDE * SIDE];
    boolean grey = image.getType() == BufferedImage.TYPE_BYTE_GRAY;
    for (int i = 0; i < SIDE * SIDE; i++) {
      for (int c = 0; c < channels; c++) {
        int shift = 16 - 8 * c;
        int value =
            grey
                ? image.getRaster().getSample(i % SIDE, i / SIDE, 0)
                : image.getRGB(i % SIDE, i / SIDE) >> shift;
        samples[c * SIDE * SIDE + i] = (byte) value;
      }
    }
    return samples;
  }

  private static byte[] tiff(BufferedImage image, String compression) throws Exception {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      if (!compression.equals("none")) {
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionType(compression);
      }
      writer.setOutput(stream);
      writer.write(
          writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), parameters),
          new IIOImage(image, null, null),
          parameters);
    }
    return out.toByteArray();
  }

  private static byte[] encode(BufferedImage image, String format) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }

  /** Sets the value of a tag that holds one number. */
  private static void setTag(byte[] tiff, int tag, int value) throws Exception {
    TiffDirectory directory = TiffDirectory.of(tiff);
    int entry = directory.entries().get(tag);
    ByteBuffer bytes = directory.tiff();
    if (bytes.getShort(entry + 2) == 3) {
      bytes.putShort(entry + 8, (short) value);
    } else {
      bytes.putInt(entry + 8, value);
    }
  }

  /** Turns the resolution, which the writer adds and no pixel depends on, into the orientation. */
  private static byte[] withOrientation(byte[] tiff, int orientation) throws Exception {
    TiffDirectory directory = TiffDirectory.of(tiff);
    ByteBuffer bytes = directory.tiff();
    int entry = directory.entries().getOrDefault(274, directory.entries().get(282));
    bytes.putShort(entry, (short) 274).putShort(entry + 2, (short) 3).putInt(entry + 4, 1);
    bytes.putShort(entry + 8, (short) orientation).putShort(entry + 10, (short) 0);
    return tiff;
  }

  private static Reason rejection(byte[] encoded) {
    try {
      COLOUR.decode(encoded);
      return null;
    } catch (ImageRejectedException e) {
      return e.reason();
    }
  }
}

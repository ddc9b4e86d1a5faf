package io.rankstream.lab.fuzz;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Images that decoders stumble over: unusual variants of the formats, bombs and damage. */
final class HostileImages {

  private static final int SIDE = 28;
  private static final int PNG_HEADER_END = 33;
  private static final int LARGE_WIDTH = 8000;
  private static final int LARGE_HEIGHT = 5000;
  private static final int BOMB_BYTES = 256 << 20;
  private static final int SCANS = 20_000;

  /** Made when first asked for: most runs of a test need none. */
  private static final class Bombs {
    static final byte[] ZEROS = deflatedZeros();
    static final byte[] LARGE =
        write("png", new BufferedImage(LARGE_WIDTH, LARGE_HEIGHT, BufferedImage.TYPE_BYTE_BINARY));
  }

  private HostileImages() {}

  /** A good PNG whose pattern belongs to a class and whose noise is random. */
  static byte[] png(int pattern, Random random) {
    return write("png", grey(pattern, random));
  }

  /** The same as a JPEG. */
  static byte[] jpeg(int pattern, Random random) {
    return write("jpg", grey(pattern, random));
  }

  static byte[] progressiveJpeg(Random random) {
    return write("jpg", color(random), ImageWriteParam.MODE_DEFAULT);
  }

  static byte[] interlacedPng(Random random) {
    return write("png", color(random), ImageWriteParam.MODE_DEFAULT);
  }

  /** 16 bits for each sample, grey or colour with transparency. */
  static byte[] deepPng(Random random) {
    if (random.nextBoolean()) {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_USHORT_GRAY);
      fill(image.getRaster(), random, 1 << 16);
      return write("png", image);
    }

    BufferedImage image =
        ImageTypeSpecifier.createInterleaved(
                ColorSpace.getInstance(ColorSpace.CS_sRGB),
                new int[] {0, 1, 2, 3},
                DataBuffer.TYPE_USHORT,
                true,
                false)
            .createBufferedImage(SIDE, SIDE);
    fill(image.getRaster(), random, 1 << 16);
    return write("png", image);
  }

  /** 1, 2, 4 or 8 bits for each pixel, with a palette. */
  static byte[] palettePng(Random random) {
    int bits = 1 << random.nextInt(4);
    byte[] ramp = new byte[1 << bits];
    random.nextBytes(ramp);
    IndexColorModel palette = new IndexColorModel(bits, ramp.length, ramp, ramp, ramp);
    BufferedImage image =
        bits == 8
            ? new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_INDEXED, palette)
            : new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_BINARY, palette);
    fill(image.getRaster(), random, ramp.length);
    return write("png", image);
  }

  /** One pixel, or a line as long as the usual limit allows. */
  static byte[] thinPng(Random random) {
    int length = random.nextBoolean() ? 1 : 8192;
    boolean wide = random.nextBoolean();
    BufferedImage image =
        new BufferedImage(wide ? length : 1, wide ? 1 : length, BufferedImage.TYPE_BYTE_GRAY);
    fill(image.getRaster(), random, 256);
    return write("png", image);
  }

  /** Four channels, as printers want them. */
  static byte[] cmykJpeg(Random random) {
    WritableRaster raster =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, SIDE, SIDE, 4, null);
    fill(raster, random, 256);
    return write("jpg", new IIOImage(raster, null, null), ImageWriteParam.MODE_DISABLED);
  }

  /** With a note of the camera that it was held another way, or with rubbish instead of one. */
  static byte[] rotatedJpeg(int pattern, Random random) {
    ByteBuffer exif = ByteBuffer.allocate(36);
    exif.putShort((short) 0xFFE1).putShort((short) 34);
    exif.put("Exif\0\0MM\0*".getBytes(StandardCharsets.US_ASCII)).putInt(8);
    exif.putShort((short) (random.nextInt(4) == 0 ? random.nextInt() : 1));
    exif.putShort((short) 0x0112).putShort((short) 3).putInt(1);
    exif.putShort((short) random.nextInt(10)).putShort((short) 0);
    return insert(jpeg(pattern, random), 2, Arrays.copyOf(exif.array(), 36));
  }

  static byte[] animatedGif(Random random) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      for (int frame = 0; frame < 3; frame++) {
        writer.writeToSequence(new IIOImage(grey(frame, random), null, null), null);
      }
      writer.endWriteSequence();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** A PNG with animation frames behind its picture. */
  static byte[] animatedPng(int pattern, Random random) {
    byte[] png = png(pattern, random);
    byte[] control = chunk("acTL", ByteBuffer.allocate(8).putInt(2).array());
    byte[] frame =
        chunk("fcTL", ByteBuffer.allocate(26).putInt(0).putInt(SIDE).putInt(SIDE).array());
    byte[] rubbish = new byte[40 + random.nextInt(400)];
    random.nextBytes(rubbish);
    byte[] data = chunk("fdAT", rubbish);
    byte[] whole = insert(png, png.length - 12, data);
    return insert(insert(whole, PNG_HEADER_END, frame), PNG_HEADER_END, control);
  }

  /** A header that claims up to 2³¹ pixels on each side. */
  static byte[] hugeHeader(int pattern, Random random) {
    if (random.nextBoolean()) {
      byte[] png = png(pattern, random);
      ByteBuffer header = ByteBuffer.wrap(png);
      header.putInt(16, random.nextInt() >>> random.nextInt(20));
      header.putInt(20, random.nextInt() >>> random.nextInt(20));
      CRC32 checksum = new CRC32();
      checksum.update(png, 12, 17);
      header.putInt(29, (int) checksum.getValue());
      return png;
    }

    byte[] jpeg = jpeg(pattern, random);
    for (int i = 2; i + 9 < jpeg.length; i++) {
      if ((jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == 0xC0) {
        ByteBuffer.wrap(jpeg).putShort(i + 5, (short) random.nextInt());
        ByteBuffer.wrap(jpeg).putShort(i + 7, (short) random.nextInt());
        break;
      }
    }
    return jpeg;
  }

  /** Pixels that inflate to far more than the header tells. */
  static byte[] pixelBomb(Random random) {
    byte[] png = png(0, random);
    return concatenate(
        Arrays.copyOf(png, PNG_HEADER_END), chunk("IDAT", Bombs.ZEROS), chunk("IEND"));
  }

  /** Text or a colour profile that inflates to far more than the file. */
  static byte[] textBomb(Random random) {
    String[] types = {"zTXt", "iCCP", "iTXt"};
    String type = types[random.nextInt(types.length)];
    String name = type.equals("iTXt") ? "bomb\0\1\0\0\0" : "bomb\0\0";
    byte[] bomb = chunk(type, name.getBytes(StandardCharsets.US_ASCII), Bombs.ZEROS);
    return insert(palettePng(random), PNG_HEADER_END, bomb);
  }

  /** A JPEG of thousands of scans, each a pass over the whole image. */
  static byte[] scanBomb(Random random) {
    byte[] jpeg = progressiveJpeg(random);
    byte[] scan = {(byte) 0xFF, (byte) 0xDA, 0, 8, 1, 1, 0, 0, 63, 0};
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, jpeg.length - 2);
    for (int i = 0; i < SCANS; i++) {
      out.writeBytes(scan);
    }
    out.write(jpeg, jpeg.length - 2, 2);
    return out.toByteArray();
  }

  /** Forty million pixels in a few kilobytes. */
  static byte[] large() {
    return Bombs.LARGE.clone();
  }

  private static BufferedImage grey(int pattern, Random random) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        double wave = Math.sin((pattern + 1) * x * 0.2) * Math.cos((pattern % 4 + 1) * y * 0.3);
        int value = (int) (128 + 90 * wave + 20 * random.nextGaussian());
        image.getRaster().setSample(x, y, 0, Math.max(0, Math.min(255, value)));
      }
    }
    return image;
  }

  private static BufferedImage color(Random random) {
    int width = 1 + random.nextInt(100);
    int height = 1 + random.nextInt(100);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    fill(image.getRaster(), random, 256);
    return image;
  }

  private static void fill(WritableRaster raster, Random random, int bound) {
    for (int y = 0; y < raster.getHeight(); y++) {
      for (int x = 0; x < raster.getWidth(); x++) {
        for (int band = 0; band < raster.getNumBands(); band++) {
          raster.setSample(x, y, band, random.nextInt(bound));
        }
      }
    }
  }

  private static byte[] write(String format, BufferedImage image) {
    return write(format, image, ImageWriteParam.MODE_DISABLED);
  }

  private static byte[] write(String format, BufferedImage image, int progressiveMode) {
    return write(format, new IIOImage(image, null, null), progressiveMode);
  }

  private static byte[] write(String format, IIOImage image, int progressiveMode) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setProgressiveMode(progressiveMode);
      writer.setOutput(out);
      writer.write(null, image, parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static byte[] deflatedZeros() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream out =
        new DeflaterOutputStream(bytes, new Deflater(Deflater.BEST_COMPRESSION))) {
      byte[] block = new byte[1 << 20];
      for (int written = 0; written < BOMB_BYTES; written += block.length) {
        out.write(block);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] chunk(String type, byte[]... parts) {
    byte[] body = concatenate(type.getBytes(StandardCharsets.US_ASCII), concatenate(parts));
    CRC32 checksum = new CRC32();
    checksum.update(body);
    return ByteBuffer.allocate(body.length + 8)
        .putInt(body.length - 4)
        .put(body)
        .putInt((int) checksum.getValue())
        .array();
  }

  private static byte[] insert(byte[] into, int position, byte[] what) {
    return concatenate(
        Arrays.copyOf(into, position), what, Arrays.copyOfRange(into, position, into.length));
  }

  private static byte[] concatenate(byte[]... parts) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      whole.writeBytes(part);
    }
    return whole.toByteArray();
  }
}

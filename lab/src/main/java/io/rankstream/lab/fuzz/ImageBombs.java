package io.rankstream.lab.fuzz;

import static io.rankstream.lab.fuzz.ByteEdits.concatenate;
import static io.rankstream.lab.fuzz.ByteEdits.insert;
import static io.rankstream.lab.fuzz.ByteEdits.pngChunk;

import java.awt.image.BufferedImage;
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

/** Small files that make a careless decoder use much memory or time. */
final class ImageBombs {

  private static final int PNG_HEADER_END = 33;
  private static final int LARGE_WIDTH = 8000;
  private static final int LARGE_HEIGHT = 5000;
  private static final int BOMB_BYTES = 256 << 20;
  private static final int SCANS = 20_000;

  private ImageBombs() {}

  /** A header that claims up to 2³¹ pixels on each side. */
  static byte[] hugeHeader(int pattern, Random random) {
    if (random.nextBoolean()) {
      byte[] png = DrawnImages.png(pattern, random);
      ByteBuffer header = ByteBuffer.wrap(png);
      header.putInt(16, random.nextInt() >>> random.nextInt(20));
      header.putInt(20, random.nextInt() >>> random.nextInt(20));
      CRC32 checksum = new CRC32();
      checksum.update(png, 12, 17);
      header.putInt(29, (int) checksum.getValue());
      return png;
    }

    byte[] jpeg = DrawnImages.jpeg(pattern, random);
    for (int i = 2; i + 9 < jpeg.length; i++) {
      if ((jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == 0xC0) {
        ByteBuffer.wrap(jpeg).putShort(i + 5, (short) random.nextInt());
        ByteBuffer.wrap(jpeg).putShort(i + 7, (short) random.nextInt());
        break;
      }
    }
    return jpeg;
  }

  /** Pixels that inflate to far more than the header claims. */
  static byte[] pixelBomb(Random random) {
    byte[] png = DrawnImages.png(0, random);
    return concatenate(
        Arrays.copyOf(png, PNG_HEADER_END), pngChunk("IDAT", Bombs.ZEROS), pngChunk("IEND"));
  }

  /** Text or a colour profile that inflates to far more than the file. */
  static byte[] textBomb(Random random) {
    String[] types = {"zTXt", "iCCP", "iTXt"};
    String type = types[random.nextInt(types.length)];
    String name = type.equals("iTXt") ? "bomb\0\1\0\0\0" : "bomb\0\0";
    byte[] bomb = pngChunk(type, name.getBytes(StandardCharsets.US_ASCII), Bombs.ZEROS);
    return insert(HostileImages.palettePng(random), PNG_HEADER_END, bomb);
  }

  /** A JPEG of thousands of scans, each a pass over the whole image. */
  static byte[] scanBomb(Random random) {
    byte[] jpeg = HostileImages.progressiveJpeg(random);
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

  /** Made on first use: most runs of a test need none. */
  private static final class Bombs {
    static final byte[] ZEROS = deflatedZeros();
    static final byte[] LARGE =
        DrawnImages.write(
            "png", new BufferedImage(LARGE_WIDTH, LARGE_HEIGHT, BufferedImage.TYPE_BYTE_BINARY));
  }
}

package io.rankstream.lab.fuzz;

import static io.rankstream.lab.fuzz.ByteEdits.insert;
import static io.rankstream.lab.fuzz.ByteEdits.pngChunk;

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
import java.util.Base64;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** The images of hostile records: damaged, and in unusual formats and variants. */
final class HostileImages {

  private static final int PNG_HEADER_END = 33;

  /** 16 × 16 pixels of one colour. Java cannot write this format. */
  private static final String WEBP =
      "UklGRj4AAABXRUJQVlA4IDIAAADQAQCdASoQABAAAMASJaACdLoB+AADsAD+2ib/7vN+09e09f1M//jKnyA/4yp/xcwAAA==";

  private HostileImages() {}

  /** The image of an attack by images. */
  static byte[] of(Attack attack, int pattern, Random random) {
    return switch (attack) {
      case IMAGE_BITS -> ByteEdits.flipBits(usual(pattern, random), random);
      case IMAGE_CUT -> ByteEdits.cut(usual(pattern, random), random);
      case IMAGE_MAGIC -> wrongMagic(pattern, random);
      case IMAGE_EMPTY -> new byte[0];
      case HUGE_HEADER -> ImageBombs.hugeHeader(pattern, random);
      case OTHER_FORMAT -> otherFormat(pattern, random);
      case OTHER_FORMAT_DAMAGED ->
          random.nextBoolean()
              ? ByteEdits.flipBits(otherFormat(pattern, random), random)
              : ByteEdits.cut(otherFormat(pattern, random), random);
      case ANIMATED_GIF -> animatedGif(random);
      case ANIMATED_PNG -> animatedPng(pattern, random);
      case CMYK_JPEG -> cmykJpeg(random);
      case DEEP_PNG -> deepPng(random);
      case INTERLACED_PNG -> interlacedPng(random);
      case PROGRESSIVE_JPEG -> progressiveJpeg(random);
      case ROTATED_JPEG -> rotatedJpeg(pattern, random);
      case PALETTE_PNG -> palettePng(random);
      case THIN_PNG -> thinPng(random);
      case PIXEL_BOMB -> ImageBombs.pixelBomb(random);
      case TEXT_BOMB -> ImageBombs.textBomb(random);
      case SCAN_BOMB -> ImageBombs.scanBomb(random);
      case LARGE_PNG -> ImageBombs.large();
      default -> throw new IllegalArgumentException(attack + " has no image of its own");
    };
  }

  /** A PNG or a JPEG. */
  static byte[] usual(int pattern, Random random) {
    return random.nextBoolean()
        ? DrawnImages.png(pattern, random)
        : DrawnImages.jpeg(pattern, random);
  }

  /** A PNG that starts as a JPEG, or the other way round. */
  private static byte[] wrongMagic(int pattern, Random random) {
    byte[] png = DrawnImages.png(pattern, random);
    byte[] jpeg = DrawnImages.jpeg(pattern, random);
    boolean fromJpeg = random.nextBoolean();
    byte[] image = fromJpeg ? png : jpeg;
    System.arraycopy(fromJpeg ? jpeg : png, 0, image, 0, 4 + random.nextInt(4));
    return image;
  }

  static byte[] progressiveJpeg(Random random) {
    return DrawnImages.write("jpg", DrawnImages.color(random), ImageWriteParam.MODE_DEFAULT);
  }

  static byte[] interlacedPng(Random random) {
    return DrawnImages.write("png", DrawnImages.color(random), ImageWriteParam.MODE_DEFAULT);
  }

  /** 16 bits for each sample, grey or colour with transparency. */
  static byte[] deepPng(Random random) {
    if (random.nextBoolean()) {
      BufferedImage image =
          new BufferedImage(DrawnImages.SIDE, DrawnImages.SIDE, BufferedImage.TYPE_USHORT_GRAY);
      DrawnImages.fill(image.getRaster(), random, 1 << 16);
      return DrawnImages.write("png", image);
    }

    BufferedImage image =
        ImageTypeSpecifier.createInterleaved(
                ColorSpace.getInstance(ColorSpace.CS_sRGB),
                new int[] {0, 1, 2, 3},
                DataBuffer.TYPE_USHORT,
                true,
                false)
            .createBufferedImage(DrawnImages.SIDE, DrawnImages.SIDE);
    DrawnImages.fill(image.getRaster(), random, 1 << 16);
    return DrawnImages.write("png", image);
  }

  /** 1, 2, 4 or 8 bits for each pixel, with a palette. */
  static byte[] palettePng(Random random) {
    int bits = 1 << random.nextInt(4);
    byte[] ramp = new byte[1 << bits];
    random.nextBytes(ramp);
    IndexColorModel palette = new IndexColorModel(bits, ramp.length, ramp, ramp, ramp);
    BufferedImage image =
        bits == 8
            ? new BufferedImage(
                DrawnImages.SIDE, DrawnImages.SIDE, BufferedImage.TYPE_BYTE_INDEXED, palette)
            : new BufferedImage(
                DrawnImages.SIDE, DrawnImages.SIDE, BufferedImage.TYPE_BYTE_BINARY, palette);
    DrawnImages.fill(image.getRaster(), random, ramp.length);
    return DrawnImages.write("png", image);
  }

  /** One pixel, or a line as long as the usual limit allows. */
  static byte[] thinPng(Random random) {
    int length = random.nextBoolean() ? 1 : 8192;
    boolean wide = random.nextBoolean();
    BufferedImage image =
        new BufferedImage(wide ? length : 1, wide ? 1 : length, BufferedImage.TYPE_BYTE_GRAY);
    DrawnImages.fill(image.getRaster(), random, 256);
    return DrawnImages.write("png", image);
  }

  /** Four channels, for printing. */
  static byte[] cmykJpeg(Random random) {
    WritableRaster raster =
        Raster.createInterleavedRaster(
            DataBuffer.TYPE_BYTE, DrawnImages.SIDE, DrawnImages.SIDE, 4, null);
    DrawnImages.fill(raster, random, 256);
    return DrawnImages.write(
        "jpg", new IIOImage(raster, null, null), ImageWriteParam.MODE_DISABLED);
  }

  /** With an Exif orientation, or with random bytes in the place of its name. */
  static byte[] rotatedJpeg(int pattern, Random random) {
    ByteBuffer exif = ByteBuffer.allocate(36);
    exif.putShort((short) 0xFFE1).putShort((short) 34);
    exif.put("Exif\0\0MM\0*".getBytes(StandardCharsets.US_ASCII)).putInt(8);
    exif.putShort((short) (random.nextInt(4) == 0 ? random.nextInt() : 1));
    exif.putShort((short) 0x0112).putShort((short) 3).putInt(1);
    exif.putShort((short) random.nextInt(10)).putShort((short) 0);
    return insert(DrawnImages.jpeg(pattern, random), 2, Arrays.copyOf(exif.array(), 36));
  }

  /** A GIF, BMP, TIFF or WebP. */
  static byte[] otherFormat(int pattern, Random random) {
    String[] formats = {"gif", "bmp", "tiff", "webp"};
    String format = formats[random.nextInt(formats.length)];
    if (format.equals("webp")) {
      return Base64.getDecoder().decode(WEBP);
    }

    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(DrawnImages.grey(pattern, random), format, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static byte[] animatedGif(Random random) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      for (int frame = 0; frame < 3; frame++) {
        writer.writeToSequence(new IIOImage(DrawnImages.grey(frame, random), null, null), null);
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
    byte[] png = DrawnImages.png(pattern, random);
    byte[] control = pngChunk("acTL", ByteBuffer.allocate(8).putInt(2).array());
    byte[] frame =
        pngChunk(
            "fcTL",
            ByteBuffer.allocate(26)
                .putInt(0)
                .putInt(DrawnImages.SIDE)
                .putInt(DrawnImages.SIDE)
                .array());
    byte[] noise = new byte[40 + random.nextInt(400)];
    random.nextBytes(noise);
    byte[] data = pngChunk("fdAT", noise);
    byte[] whole = insert(png, png.length - 12, data);
    return insert(insert(whole, PNG_HEADER_END, frame), PNG_HEADER_END, control);
  }
}

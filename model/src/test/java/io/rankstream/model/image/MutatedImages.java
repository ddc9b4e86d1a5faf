package io.rankstream.model.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.Scanner;
import java.util.zip.CRC32;

/**
 * Decodes damaged images in a process of its own, which a fault of native code would end: {@code
 * MutatedImages NUMBER SEED}. Fails when the memory of the process grows meanwhile.
 */
final class MutatedImages {

  private static final String[] FILES = {
    "baseline.jpg",
    "progressive.jpg",
    "grey.jpg",
    "large.jpg",
    "colour.png",
    "interlaced.png",
    "palette.gif",
    "colour.bmp",
    "lzw.tif",
    "lossy.webp",
    "lossless.webp"
  };

  private static final DecodeLimits LIMITS = new DecodeLimits(1 << 20, 4096, 4096, 1 << 20);
  private static final long MOST_GROWTH = 48L << 20;
  private static final int PAGE = 4096;

  private MutatedImages() {}

  public static void main(String[] arguments) throws Exception {
    int number = Integer.parseInt(arguments[0]);
    Random random = new Random(Long.parseLong(arguments[1]));
    byte[][] files = new byte[FILES.length][];
    for (int i = 0; i < files.length; i++) {
      files[i] = GoldenPixelsTest.resource(FILES[i]);
    }
    ImageDecoder decoder =
        new ImageDecoder(new InputSpec(3, 32, 32, Normalization.HALF_RANGE), LIMITS);
    Map<ImageRejectedException.Reason, Integer> rejected =
        new EnumMap<>(ImageRejectedException.Reason.class);
    int accepted = 0;
    long start = 0;
    for (int i = 0; i < number; i++) {
      if (i == number / 4) { // by now all code is compiled and all buffers are there
        start = resident();
      }
      try {
        decoder.decode(mutated(files, random));
        accepted++;
      } catch (ImageRejectedException e) {
        rejected.merge(e.reason(), 1, Integer::sum);
      }
    }

    long growth = resident() - start;
    System.out.printf(
        "%d accepted, rejected %s, grew by %d MB%n", accepted, rejected, growth >> 20);
    if (growth > MOST_GROWTH) {
      System.exit(1);
    }
  }

  private static byte[] mutated(byte[][] files, Random random) {
    byte[] bytes = files[random.nextInt(files.length)].clone();
    switch (random.nextInt(6)) {
      case 0 -> {
        for (int i = 0; i <= random.nextInt(8); i++) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
      }
      case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 2 -> { // the start of one file, the end of another
        byte[] other = files[random.nextInt(files.length)];
        int cut = random.nextInt(Math.min(bytes.length, other.length));
        byte[] spliced = other.clone();
        System.arraycopy(bytes, 0, spliced, 0, cut);
        bytes = spliced;
      }
      case 3 -> { // numbers of the header
        for (int i = 0; i < 3; i++) {
          int at = random.nextInt(Math.min(64, bytes.length - 4));
          ByteBuffer.wrap(bytes).putInt(at, random.nextInt() >>> random.nextInt(32));
        }
      }
      case 4 -> { // a run of one value
        int at = random.nextInt(bytes.length);
        int end = Math.min(bytes.length, at + random.nextInt(64));
        Arrays.fill(bytes, at, end, (byte) random.nextInt(256));
      }
      default -> { // bytes too many
        int at = random.nextInt(bytes.length);
        byte[] junk = new byte[random.nextInt(300)];
        random.nextBytes(junk);
        bytes =
            ByteBuffer.allocate(bytes.length + junk.length)
                .put(bytes, 0, at)
                .put(junk)
                .put(bytes, at, bytes.length - at)
                .array();
      }
    }
    if (bytes.length > 0 && (bytes[0] & 0xFF) == 0x89 && random.nextInt(4) > 0) {
      repairChecksums(bytes);
    }
    return bytes;
  }

  /** With wrong checksums, no damaged PNG would get as far as the native decoder. */
  private static void repairChecksums(byte[] png) {
    ByteBuffer buffer = ByteBuffer.wrap(png);
    long at = 8;
    while (at + 12 <= png.length) {
      long length = buffer.getInt((int) at);
      if (length < 0 || at + 12 + length > png.length) {
        return;
      }

      CRC32 checksum = new CRC32();
      checksum.update(png, (int) at + 4, (int) length + 4);
      buffer.putInt((int) (at + 8 + length), (int) checksum.getValue());
      at += 12 + length;
    }
  }

  /** Bytes of the process in memory; 0 where the system has no such file. */
  private static long resident() throws IOException {
    System.gc();
    Path statm = Path.of("/proc/self/statm");
    if (!Files.exists(statm)) {
      return 0;
    }

    try (Scanner numbers = new Scanner(statm, StandardCharsets.US_ASCII)) {
      numbers.nextLong(); // the address space
      return numbers.nextLong() * PAGE;
    }
  }
}

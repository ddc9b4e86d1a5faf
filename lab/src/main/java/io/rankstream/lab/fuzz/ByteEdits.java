package io.rankstream.lab.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;

/** Puts bytes together from parts, and damages them. */
final class ByteEdits {

  private ByteEdits() {}

  /** A PNG chunk: length, type, body, checksum. */
  static byte[] pngChunk(String type, byte[]... parts) {
    byte[] body = concatenate(type.getBytes(StandardCharsets.US_ASCII), concatenate(parts));
    CRC32 checksum = new CRC32();
    checksum.update(body);
    return ByteBuffer.allocate(body.length + 8)
        .putInt(body.length - 4)
        .put(body)
        .putInt((int) checksum.getValue())
        .array();
  }

  static byte[] insert(byte[] into, int position, byte[] inserted) {
    return concatenate(
        Arrays.copyOf(into, position), inserted, Arrays.copyOfRange(into, position, into.length));
  }

  static byte[] concatenate(byte[]... parts) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      whole.writeBytes(part);
    }
    return whole.toByteArray();
  }

  /** Flips up to eight bits, in place. */
  static byte[] flipBits(byte[] bytes, Random random) {
    int flips = 1 + random.nextInt(8);
    for (int i = 0; i < flips; i++) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  /**
   * Cuts more than 20 bytes off the end. Less may not matter: the last byte of an envelope, for
   * one, only ends its empty attributes.
   */
  static byte[] cut(byte[] bytes, Random random) {
    return Arrays.copyOf(bytes, random.nextInt(bytes.length - 20));
  }
}

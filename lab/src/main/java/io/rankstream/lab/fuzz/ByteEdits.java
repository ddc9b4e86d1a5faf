package io.rankstream.lab.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

/** Puts files together from parts. */
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
}

package io.rankstream.model.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The checksum of a safetensors file, in its own metadata. The format has none. It covers header
 * and tensors, with zeros in the place of its own digits.
 */
final class FileChecksum {

  /** Name of the entry in the metadata; its value has eight hexadecimal digits. */
  static final String KEY = "rankstream.crc32c";

  /** Stands in the header until the checksum is known. */
  static final String UNKNOWN = "00000000";

  private static final int BUFFER_BYTES = 1 << 20;

  private final CRC32C checksum = new CRC32C();

  /**
   * @param header the header, with zeros in the place of the digits
   */
  FileChecksum(byte[] header) {
    checksum.update(header);
  }

  /** The checksum of a file that has one. */
  static String of(FileChannel channel, byte[] header, long dataStart) throws IOException {
    FileChecksum checksum = new FileChecksum(withDigits(header, UNKNOWN));
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    long position = dataStart;
    for (int count = channel.read(buffer, position); count > 0; ) {
      checksum.update(buffer.array(), count);
      position += count;
      count = channel.read(buffer.clear(), position);
    }
    return checksum.digits();
  }

  /** A header with other digits in the place of its own. */
  static byte[] withDigits(byte[] header, String digits) {
    byte[] before = "\"%s\":\"".formatted(KEY).getBytes(StandardCharsets.UTF_8);
    int place = indexOf(header, before);
    if (place < 0 || place + before.length + digits.length() > header.length) {
      throw new IllegalArgumentException("it has no place for a checksum");
    }

    byte[] changed = header.clone();
    byte[] bytes = digits.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, changed, place + before.length, bytes.length);
    return changed;
  }

  void update(byte[] bytes, int length) {
    checksum.update(bytes, 0, length);
  }

  String digits() {
    return HexFormat.of().toHexDigits((int) checksum.getValue());
  }

  private static int indexOf(byte[] bytes, byte[] wanted) {
    for (int i = 0; i + wanted.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return i;
      }
    }

    return -1;
  }
}

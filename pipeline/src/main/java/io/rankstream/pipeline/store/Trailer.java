package io.rankstream.pipeline.store;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The last bytes of a file of a checkpoint. Flink has no checksum for its files, and never reads
 * behind what it wrote: a file with a trailer can be restored by Flink alone, and by releases that
 * wrote none.
 *
 * @param length bytes before the trailer
 * @param content number of the {@link Content}
 * @param checksum CRC-32C of all before it: the content of the file, its length and its kind
 */
record Trailer(long length, int content, int checksum) {

  /** Length of a trailer in bytes. */
  static final int BYTES = Long.BYTES + Integer.BYTES + Integer.BYTES + Long.BYTES;

  private static final long MAGIC = 0x524B_5354_5241_494CL; // "RKSTRAIL", the last bytes of all
  private static final int BUFFER_BYTES = 1 << 16;

  /** The trailer at the end of some bytes; empty where there is none. */
  static Optional<Trailer> atEndOf(byte[] bytes) {
    if (bytes.length < BYTES) {
      return Optional.empty();
    }

    ByteBuffer end = ByteBuffer.wrap(bytes, bytes.length - BYTES, BYTES);
    Trailer found = new Trailer(end.getLong(), end.getInt(), end.getInt());
    return end.getLong() == MAGIC ? Optional.of(found) : Optional.empty();
  }

  /**
   * Reads a file to its end and compares it with its trailer.
   *
   * @param in positioned at the start of the file
   * @param fileBytes length of the file
   * @return its trailer, which fits; empty where the file does not end with one
   * @throws DamagedFileException when the trailer does not fit
   * @throws IOException when the file cannot be read
   */
  static Optional<Trailer> check(InputStream in, long fileBytes) throws IOException {
    if (fileBytes < BYTES) {
      return Optional.empty();
    }

    Sum sum = new Sum();
    byte[] buffer = new byte[BUFFER_BYTES];
    for (long left = fileBytes - BYTES; left > 0; ) {
      int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (count < 0) {
        throw new EOFException("It became shorter while it was read");
      }
      sum.add(buffer, 0, count);
      left -= count;
    }
    Optional<Trailer> found = atEndOf(in.readNBytes(BYTES));
    if (found.isPresent()) {
      found.get().requireFit(sum);
    }
    return found;
  }

  private void requireFit(Sum sum) throws DamagedFileException {
    if (length != sum.length()) {
      throw new DamagedFileException(
          "it has %,d bytes, its last bytes tell %,d".formatted(sum.length(), length));
    }
    int found = sum.checksum(content);
    if (found != checksum) {
      throw new DamagedFileException(
          "the checksum of its %,d bytes is %08x, its last bytes tell %08x"
              .formatted(length, found, checksum));
    }
  }

  /** Counts and sums up the bytes of a file, from its start. */
  static final class Sum {

    private final CRC32C checksum = new CRC32C();
    private long length;

    void add(byte[] bytes, int offset, int count) {
      checksum.update(bytes, offset, count);
      length += count;
    }

    long length() {
      return length;
    }

    /** The trailer of the bytes so far, which are all. */
    byte[] trailer(Content content) {
      return ByteBuffer.allocate(BYTES)
          .putLong(length)
          .putInt(content.number())
          .putInt(checksum(content.number()))
          .putLong(MAGIC)
          .array();
    }

    private int checksum(int content) {
      ByteBuffer end = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);
      checksum.update(end.putLong(length).putInt(content).flip());
      return (int) checksum.getValue();
    }
  }
}

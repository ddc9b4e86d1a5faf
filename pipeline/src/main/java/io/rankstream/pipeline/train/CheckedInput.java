package io.rankstream.pipeline.train;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads what {@link CheckedOutput} wrote. No byte is handed out before its checksum was compared,
 * so that a damaged length is never believed. Reads no byte beyond the end.
 */
final class CheckedInput extends InputStream {

  private final DataInputStream in;
  private final CRC32C checksum = new CRC32C();
  private final byte[] chunk = new byte[CheckedOutput.CHUNK_BYTES];
  private int next;
  private int filled;
  private long position;
  private boolean ended;

  /**
   * @param in positioned at the first chunk; never closed
   */
  CheckedInput(InputStream in) {
    this.in = new DataInputStream(in);
  }

  @Override
  public int read() throws IOException {
    return hasNext() ? chunk[next++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!hasNext()) {
      return -1;
    }

    int count = Math.min(length, filled - next);
    System.arraycopy(chunk, next, bytes, offset, count);
    next += count;
    return count;
  }

  /**
   * Reads on to the end, which must follow.
   *
   * @throws DamagedStateException when something is left, or the end is missing
   */
  void requireEnd() throws IOException {
    if (hasNext()) {
      throw damaged("bytes follow its end");
    }
  }

  private boolean hasNext() throws IOException {
    if (next == filled && !ended) {
      readChunk();
    }

    return next < filled;
  }

  private void readChunk() throws IOException {
    try {
      byte[] length = new byte[Integer.BYTES];
      in.readFully(length);
      int count = ByteBuffer.wrap(length).getInt();
      if (count < 0 || count > chunk.length) {
        throw damaged("the length of a part is not possible");
      }
      in.readFully(chunk, 0, count);
      checksum.update(length);
      checksum.update(chunk, 0, count);
      if (in.readInt() != (int) checksum.getValue()) {
        throw damaged("the checksum of a part is wrong");
      }
      position += count + 2L * Integer.BYTES;
      next = 0;
      filled = count;
      ended = count == 0;
    } catch (EOFException e) {
      throw damaged("it ends too early");
    }
  }

  private DamagedStateException damaged(String what) {
    return new DamagedStateException("%s (at or after byte %,d)".formatted(what, position));
  }
}

package io.rankstream.pipeline.train;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Writes bytes so that {@link CheckedInput} finds every change of them: in chunks, each with its
 * length and a checksum (CRC-32C) of everything up to its end. A chunk of length 0 ends the bytes.
 *
 * <p>Flink has no checksum for what an operator writes, and file systems do not always.
 */
final class CheckedOutput extends OutputStream {

  static final int CHUNK_BYTES = 1 << 16;

  private final OutputStream out;
  private final CRC32C checksum = new CRC32C();
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private int filled;

  /**
   * @param out gets the chunks; never closed
   */
  CheckedOutput(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int value) throws IOException {
    if (filled == CHUNK_BYTES) {
      writeChunk();
    }
    chunk[filled++] = (byte) value;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    for (int done = 0; done < length; ) {
      if (filled == CHUNK_BYTES) {
        writeChunk();
      }
      int count = Math.min(length - done, CHUNK_BYTES - filled);
      System.arraycopy(bytes, offset + done, chunk, filled, count);
      filled += count;
      done += count;
    }
  }

  /** Writes what is left, and the end; leaves the stream open. */
  void finish() throws IOException {
    if (filled > 0) {
      writeChunk();
    }
    writeChunk(); // the empty one
    out.flush();
  }

  private void writeChunk() throws IOException {
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).putInt(filled).flip();
    checksum.update(length.array());
    checksum.update(chunk, 0, filled);
    out.write(length.array());
    out.write(chunk, 0, filled);
    out.write(ByteBuffer.allocate(Integer.BYTES).putInt((int) checksum.getValue()).array());
    filled = 0;
  }
}

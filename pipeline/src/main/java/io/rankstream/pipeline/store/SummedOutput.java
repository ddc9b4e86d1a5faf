package io.rankstream.pipeline.store;

import java.io.IOException;
import java.io.OutputStream;

/** Writes to a stream through a buffer, and sums up what it writes. */
final class SummedOutput {

  /** Less than Flink's own buffer: a larger part would make a file of state that fits in it. */
  private static final int BUFFER_BYTES = 1 << 13;

  private final OutputStream out;
  private final Trailer.Sum sum = new Trailer.Sum();
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int filled;

  /**
   * @param out never closed
   */
  SummedOutput(OutputStream out) {
    this.out = out;
  }

  void write(int value) throws IOException {
    if (filled == buffer.length) {
      drain();
    }
    buffer[filled++] = (byte) value;
  }

  void write(byte[] bytes, int offset, int count) throws IOException {
    if (count > buffer.length - filled) {
      drain();
    }
    if (count > buffer.length) {
      pass(bytes, offset, count);
    } else {
      System.arraycopy(bytes, offset, buffer, filled, count);
      filled += count;
    }
  }

  /** Bytes that were written so far, those in the buffer included. */
  long length() {
    return sum.length() + filled;
  }

  /** Hands on what the buffer holds. */
  void drain() throws IOException {
    int count = filled;
    filled = 0;
    pass(buffer, 0, count);
  }

  /** Writes the trailer; where nothing was written, it writes none. */
  void end(Content content) throws IOException {
    drain();
    if (sum.length() > 0) {
      out.write(sum.trailer(content), 0, Trailer.BYTES);
    }
  }

  private void pass(byte[] bytes, int offset, int count) throws IOException {
    if (count > 0) {
      out.write(bytes, offset, count);
      sum.add(bytes, offset, count);
    }
  }
}

package io.rankstream.pipeline.store;

import java.io.IOException;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.StreamStateHandle;

/** Writes state of an operator, with a trailer at its end. */
final class CheckedStateStream extends CheckpointStateOutputStream {

  private final CheckpointStateOutputStream file;
  private final SummedOutput out;

  /**
   * @param file closed with this
   */
  CheckedStateStream(CheckpointStateOutputStream file) {
    this.file = file;
    this.out = new SummedOutput(file);
  }

  @Override
  public void write(int value) throws IOException {
    out.write(value);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    out.write(bytes, offset, count);
  }

  @Override
  public long getPos() {
    return out.length();
  }

  @Override
  public void flush() throws IOException {
    out.drain();
    file.flush();
  }

  @Override
  public void sync() throws IOException {
    out.drain();
    file.sync();
  }

  @Override
  public StreamStateHandle closeAndGetHandle() throws IOException {
    out.end(Content.STATE);
    return file.closeAndGetHandle();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}

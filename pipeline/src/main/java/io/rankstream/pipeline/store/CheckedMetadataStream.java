package io.rankstream.pipeline.store;

import java.io.IOException;
import org.apache.flink.runtime.state.CheckpointMetadataOutputStream;
import org.apache.flink.runtime.state.CompletedCheckpointStorageLocation;

/** Writes the metadata of a checkpoint, with a trailer at their end. */
final class CheckedMetadataStream extends CheckpointMetadataOutputStream {

  private final CheckpointMetadataOutputStream file;
  private final SummedOutput out;
  private final Content content;

  /**
   * @param file closed with this
   * @param content kind of the metadata
   */
  CheckedMetadataStream(CheckpointMetadataOutputStream file, Content content) {
    this.file = file;
    this.out = new SummedOutput(file);
    this.content = content;
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
  public CompletedCheckpointStorageLocation closeAndFinalizeCheckpoint() throws IOException {
    out.end(content);
    return file.closeAndFinalizeCheckpoint();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}

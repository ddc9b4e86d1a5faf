package io.rankstream.pipeline.train;

import io.rankstream.model.CapturedModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** A copy of a stream's model and of how well it does, for a checkpoint. */
record CapturedStreamModel(CapturedModel model, ByteArrayOutputStream rest)
    implements AutoCloseable {

  /** Writes what {@link StreamModel#restore} reads. */
  void writeTo(OutputStream out) throws IOException {
    model.writeTo(out);
    rest.writeTo(out);
  }

  @Override
  public void close() {
    model.close();
  }
}

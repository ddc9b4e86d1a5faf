package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/**
 * A copy, in the memory of the host, of everything that a model's next step depends on. The model
 * may go on learning while another thread writes the copy.
 */
public final class CapturedModel implements AutoCloseable {

  private final String architecture;
  private final long step;
  private final String space;
  private final List<String> labels;
  private final byte[] guard;
  private final NDManager manager;
  private final Map<String, NDArray> buffers;

  /**
   * @param guard what the guard remembers, as it writes itself
   * @param manager owner of the buffers, closed with the copy
   */
  CapturedModel(
      String architecture,
      long step,
      String space,
      List<String> labels,
      byte[] guard,
      NDManager manager,
      Map<String, NDArray> buffers) {
    this.architecture = architecture;
    this.step = step;
    this.space = space;
    this.labels = labels;
    this.guard = guard;
    this.manager = manager;
    this.buffers = buffers;
  }

  /** Writes what {@link OnlineTrainer#restore} reads; leaves the stream open. */
  public void writeTo(OutputStream out) throws IOException {
    DataOutputStream stream = new DataOutputStream(out);
    Snapshot.writeHeader(stream, architecture);
    stream.writeLong(step);
    stream.writeUTF(space);
    Snapshot.writeLabels(stream, labels);
    stream.write(guard);
    stream.writeInt(buffers.size());
    for (Map.Entry<String, NDArray> buffer : buffers.entrySet()) {
      stream.writeUTF(buffer.getKey());
      Snapshot.writeBuffer(stream, buffer.getValue());
    }
    stream.flush();
  }

  /** Steps that the weights have taken. */
  long step() {
    return step;
  }

  Map<String, NDArray> buffers() {
    return buffers;
  }

  @Override
  public void close() {
    manager.close();
  }
}

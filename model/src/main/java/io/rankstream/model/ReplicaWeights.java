package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What replicas of one model average: parameters and running statistics, their moving averages, and
 * what a loss keeps of the classes. The moments of the optimizer are not part of it. A copy, in the
 * memory of the host.
 *
 * <p>The classes of replicas differ in their number alone: the shorter list is the start of the
 * longer one. A row that only some replicas have trained has its initial values in the others.
 *
 * <p>A stream holds a header, the classes in the order of their rows, and the buffers. Reading
 * consumes exactly the bytes written.
 */
public final class ReplicaWeights implements AutoCloseable {

  private static final int MAGIC = 0x524B5231; // "RKR1"

  private final String architecture;
  private final String space;
  private List<String> labels;
  private final HostBuffers buffers;

  /**
   * @param architecture id of the architecture
   * @param space identity of the embedding space
   * @param labels the known classes, in the order of their rows
   * @param buffers may hold more than what is averaged; closed with this
   */
  ReplicaWeights(String architecture, String space, List<String> labels, HostBuffers buffers) {
    this.architecture = architecture;
    this.space = space;
    this.labels = List.copyOf(labels);
    this.buffers = buffers;
  }

  /**
   * Reads weights of a model of any architecture.
   *
   * @throws IOException when the stream holds no weights or damaged ones
   */
  public static ReplicaWeights read(InputStream in) throws IOException {
    DataInputStream stream = new DataInputStream(in);
    int magic = stream.readInt();
    if (magic != MAGIC) {
      throw new IOException(
          "Not the weights of a replica: they start with %08x (must be %08x)"
              .formatted(magic, MAGIC));
    }

    String architecture = stream.readUTF();
    String space = stream.readUTF();
    List<String> labels = new ArrayList<>();
    for (int count = stream.readInt(); count > 0; count--) {
      byte[] label = new byte[stream.readInt()];
      stream.readFully(label);
      labels.add(new String(label, StandardCharsets.UTF_8));
    }
    return new ReplicaWeights(architecture, space, labels, HostBuffers.read(stream));
  }

  /** Writes the weights in the form that {@link #read} reads; leaves the stream open. */
  public void writeTo(OutputStream out) throws IOException {
    DataOutputStream stream = new DataOutputStream(out);
    stream.writeInt(MAGIC);
    stream.writeUTF(architecture);
    stream.writeUTF(space);
    stream.writeInt(labels.size());
    for (String label : labels) {
      byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
      stream.writeInt(bytes.length);
      stream.write(bytes);
    }
    buffers.writeTo(stream, ModelBuffers.AVERAGED_OVER_REPLICAS);
    stream.flush();
  }

  /**
   * Adds the values of another replica in place. The bits of a sum depend on the order.
   *
   * @throws IllegalArgumentException when the other weights are not those of a replica
   */
  public void add(ReplicaWeights other) {
    requireReplica(other);
    for (String name : other.buffers.names()) {
      if (ModelBuffers.AVERAGED_OVER_REPLICAS.contains(name)) {
        buffers.get(name).addi(other.buffers.get(name));
      }
    }
    if (other.labels.size() > labels.size()) {
      labels = other.labels;
    }
  }

  /** Divides the values by the number of replicas that were added up. */
  public void divideBy(int replicas) {
    for (String name : buffers.names()) {
      NDArray buffer = buffers.get(name);
      try (NDManager scope = buffer.getManager().newSubManager();
          NDArray divisor = scope.create((float) replicas)) {
        buffer.divi(divisor);
      }
    }
  }

  /** The known classes, in the order of their rows in the softmax head. */
  public List<String> labels() {
    return labels;
  }

  /** Identity of the embedding space, as {@link OnlineTrainer#spaceIdSuffix}. */
  public String spaceIdSuffix() {
    return space;
  }

  HostBuffers buffers() {
    return buffers;
  }

  @Override
  public void close() {
    buffers.close();
  }

  /**
   * Checks that the weights are of the same model as others.
   *
   * @throws IllegalArgumentException when they are not
   */
  private void requireReplica(ReplicaWeights other) {
    if (!other.architecture.equals(architecture) || !other.space.equals(space)) {
      throw new IllegalArgumentException(
          "Weights of %s in space %s cannot be averaged with those of %s in space %s"
              .formatted(other.architecture, other.space, architecture, space));
    }

    int common = Math.min(labels.size(), other.labels.size());
    if (!labels.subList(0, common).equals(other.labels.subList(0, common))) {
      throw new IllegalArgumentException(
          "The replicas gave their classes different rows: %s and %s"
              .formatted(labels, other.labels));
    }
    for (String name : ModelBuffers.AVERAGED_OVER_REPLICAS) {
      NDArray mine = buffers.get(name);
      NDArray theirs = other.buffers.get(name);
      if (mine == null ? theirs != null : theirs == null || mine.size() != theirs.size()) {
        throw new IllegalArgumentException(
            "The replicas do not keep the same values of %s".formatted(name));
      }
    }
  }
}

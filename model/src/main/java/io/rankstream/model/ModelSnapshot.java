package io.rankstream.model;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.step.GuardMemory;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy, in the memory of the host, of everything that a model's next step depends on. The model
 * may go on learning while another thread writes the copy.
 *
 * <p>A stream holds a header, the precision, the step, the classes in the order of their rows, the
 * state of the guard, the buffers, then the last good ones where the guard is in doubt of these.
 * Reading consumes exactly the bytes written, so that other data may follow in the same stream.
 */
public final class ModelSnapshot implements AutoCloseable {

  private static final int MAGIC = 0x524B5336; // "RKS6"

  private static final Logger LOG = LoggerFactory.getLogger(ModelSnapshot.class);

  private final String architecture;
  private final String precision;
  private final long step;
  private final String space;
  private final List<String> labels;
  private final GuardMemory guard;
  private final GoodWeights.Saved good;
  private final HostBuffers buffers;

  /**
   * @param architecture id of the architecture
   * @param precision numbers of the backbone in a step, by name
   * @param good closed with the snapshot
   * @param buffers closed with the snapshot
   */
  ModelSnapshot(
      String architecture,
      String precision,
      long step,
      String space,
      List<String> labels,
      GuardMemory guard,
      GoodWeights.Saved good,
      HostBuffers buffers) {
    this.architecture = architecture;
    this.precision = precision;
    this.step = step;
    this.space = space;
    this.labels = labels;
    this.guard = guard;
    this.good = good;
    this.buffers = buffers;
  }

  /**
   * Reads a snapshot of a model of any architecture.
   *
   * @throws IOException when the stream holds no snapshot or a damaged one
   */
  public static ModelSnapshot read(InputStream in) throws IOException {
    DataInputStream stream = new DataInputStream(in);
    int magic = stream.readInt();
    if (magic != MAGIC) {
      throw new SnapshotRefusedException(
          "Not a Rankstream model snapshot: it starts with %08x (must be %08x). Use a checkpoint that this release wrote"
              .formatted(magic, MAGIC));
    }

    String architecture = stream.readUTF();
    stream.readUTF(); // the engine, for people
    String precision = stream.readUTF();
    long step = stream.readLong();
    String space = stream.readUTF();
    List<String> labels = readLabels(stream);
    GuardMemory guard = GuardMemory.read(stream);
    HostBuffers buffers = HostBuffers.read(stream);
    try {
      GoodWeights.Saved good = GoodWeights.Saved.read(stream);
      return new ModelSnapshot(architecture, precision, step, space, labels, guard, good, buffers);
    } catch (IOException | RuntimeException e) {
      buffers.close();
      throw e;
    }
  }

  /** Writes the snapshot in the form that {@link #read} reads; leaves the stream open. */
  public void writeTo(OutputStream out) throws IOException {
    DataOutputStream stream = new DataOutputStream(out);
    stream.writeInt(MAGIC);
    stream.writeUTF(architecture);
    stream.writeUTF("PyTorch " + Engine.getEngine(Devices.ENGINE).getVersion()); // for people
    stream.writeUTF(precision);
    stream.writeLong(step);
    stream.writeUTF(space);
    writeLabels(stream, labels);
    guard.writeTo(stream);
    buffers.writeTo(stream);
    good.writeTo(stream);
    stream.flush();
  }

  /**
   * Writes the model as a {@link WeightsCopy} does, without a configuration: the moving average of
   * the weights where the snapshot has one.
   *
   * @param stream name of the stream that the model belongs to
   * @param lineage timeline of the model; empty for none
   * @throws IOException when the snapshot is damaged
   */
  public void export(String stream, String lineage, OutputStream out) throws IOException {
    TwoHeadNetwork network = new TwoHeadNetwork(Architecture.parse(architecture));
    String weights =
        buffers.contains(ModelBuffers.AVERAGE) ? ModelBuffers.AVERAGE : ModelBuffers.PARAMETERS;
    NDArray parameters = buffers.get(weights, network.layout().parametersSize());
    String averaged = ModelBuffers.AVERAGE_STATISTICS;
    NDArray statistics =
        buffers.get(
            buffers.contains(averaged) ? averaged : ModelBuffers.STATISTICS,
            network.layout().statisticsSize());
    ModelFile.write(
        out,
        network,
        parameters,
        statistics,
        labels,
        Provenance.of(stream, space, lineage, step),
        precision);
  }

  /** Training steps of the model. */
  public long step() {
    return step;
  }

  /** The known classes, in the order of their rows in the softmax head. */
  public List<String> labels() {
    return labels;
  }

  /** Identity of the embedding space, as {@link OnlineTrainer#spaceIdSuffix}. */
  public String spaceIdSuffix() {
    return space;
  }

  @Override
  public void close() {
    buffers.close();
    good.close();
  }

  GuardMemory guard() {
    return guard;
  }

  HostBuffers buffers() {
    return buffers;
  }

  GoodWeights.Saved good() {
    return good;
  }

  Architecture architecture() {
    return Architecture.parse(architecture);
  }

  /**
   * Checks that a configuration fits: all but the number of rows in the softmax head, which must be
   * enough for the known classes.
   *
   * @param wanted the configured architecture
   * @throws SnapshotRefusedException when the model has another architecture, or more classes
   */
  public void requireArchitecture(Architecture wanted) throws SnapshotRefusedException {
    if (!withoutRows(architecture).equals(withoutRows(wanted.id()))) {
      throw new SnapshotRefusedException(
          "The snapshot holds a %s, the configuration asks for a %s: restore it with the configuration that it was made with, or start without it"
              .formatted(architecture, wanted.id()));
    }
    if (labels.size() > wanted.maxClasses()) {
      throw new SnapshotRefusedException(
          "The snapshot holds a model of %d classes, more than model.max-classes = %d: set it to at least %d"
              .formatted(labels.size(), wanted.maxClasses(), labels.size()));
    }
  }

  /** Numbers of the backbone in the steps so far, by name. */
  String precision() {
    return precision;
  }

  /** Tells the log where a model goes on with other numbers; this is allowed, but bits differ. */
  void comparePrecision(String wanted) {
    if (!precision.equals(wanted)) {
      LOG.warn(
          "The model was trained in {} until step {} and goes on in {}, as model.precision says",
          precision,
          step,
          wanted);
    }
  }

  private static String withoutRows(String id) {
    return id.substring(0, id.lastIndexOf("-c"));
  }

  private static void writeLabels(DataOutput out, List<String> labels) throws IOException {
    out.writeInt(labels.size());
    for (String label : labels) {
      byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  private static List<String> readLabels(DataInput in) throws IOException {
    int count = in.readInt();
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      labels.add(new String(bytes, StandardCharsets.UTF_8));
    }

    return List.copyOf(labels);
  }
}

package io.rankstream.pipeline.train;

import ai.djl.Device;
import io.rankstream.model.Devices;
import io.rankstream.model.ModelSnapshot;
import io.rankstream.model.SnapshotRefusedException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.start.JobStart;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyGroupStatePartitionStreamProvider;
import org.apache.flink.runtime.state.KeyedStateCheckpointOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy of the training operator's state at one moment, and the format of that state.
 *
 * <p>The state is raw keyed state. Each key group that has a model or a batch holds the format's
 * version, then, {@linkplain CheckedOutput with checksums}, the number of PyTorch's threads, the
 * number of models, each model (stream, salt, weights, history), the number of waiting batches, and
 * the batches, which the operator trains on after a restore.
 */
public final class TrainerSnapshot implements SnapshotWrite.State {

  private static final Logger LOG = LoggerFactory.getLogger(TrainerSnapshot.class);
  private static final int FORMAT = 9;
  private static final int BUFFER_BYTES = 1 << 20;

  /**
   * The snapshot of one stream's model.
   *
   * @param history lineage, accuracy, last published version and quarantine, as {@link StreamModel}
   *     serializes them
   */
  record OfStream(ModelSnapshot model, ByteArrayOutputStream history) implements AutoCloseable {

    @Override
    public void close() {
      model.close();
    }
  }

  private final Map<StreamKey, OfStream> models = new TreeMap<>();
  private final List<MicroBatch> waiting;
  private final TypeSerializer<MicroBatch> batchSerializer;
  private final int maxParallelism;
  private final int threads = Devices.threads();

  private TrainerSnapshot(
      Collection<MicroBatch> waiting,
      TypeSerializer<MicroBatch> batchSerializer,
      int maxParallelism) {
    this.waiting = List.copyOf(waiting);
    this.batchSerializer = batchSerializer.duplicate(); // another thread writes
    this.maxParallelism = maxParallelism;
  }

  /**
   * Copies the state, so that the operator can go on while another thread writes the copy.
   *
   * @param models by the key of their stream
   * @param waiting batches that the models have not finished
   * @param maxParallelism number of key groups
   */
  static TrainerSnapshot of(
      Map<StreamKey, StreamModel> models,
      Collection<MicroBatch> waiting,
      TypeSerializer<MicroBatch> batchSerializer,
      int maxParallelism)
      throws IOException {
    TrainerSnapshot snapshot = new TrainerSnapshot(waiting, batchSerializer, maxParallelism);
    try {
      for (Map.Entry<StreamKey, StreamModel> model : models.entrySet()) {
        snapshot.models.put(model.getKey(), model.getValue().snapshot());
      }
      return snapshot;
    } catch (IOException | RuntimeException | Error e) {
      snapshot.close();
      throw e;
    }
  }

  /** Writes the state, key group by key group; leaves the stream open. */
  @Override
  public void write(KeyedStateCheckpointOutputStream out) throws IOException {
    Map<Integer, Map<StreamKey, OfStream>> byKeyGroup = new TreeMap<>();
    models.forEach((key, model) -> group(byKeyGroup, key).put(key, model));
    waiting.forEach(
        batch -> group(byKeyGroup, batch.modelKey())); // the group may have no model yet

    for (Map.Entry<Integer, Map<StreamKey, OfStream>> group : byKeyGroup.entrySet()) {
      out.startNewKeyGroup(group.getKey());
      BufferedOutputStream buffered = new BufferedOutputStream(out, BUFFER_BYTES);
      new DataOutputStream(buffered).writeInt(FORMAT);
      CheckedOutput checked = new CheckedOutput(buffered);
      DataOutputStream data = new DataOutputStream(checked);
      data.writeInt(threads);
      data.writeInt(group.getValue().size());
      for (Map.Entry<StreamKey, OfStream> model : group.getValue().entrySet()) {
        data.writeUTF(model.getKey().stream());
        data.writeInt(model.getKey().salt());
        model.getValue().model().writeTo(data);
        model.getValue().history().writeTo(data);
      }

      List<MicroBatch> batches =
          waiting.stream().filter(batch -> keyGroup(batch.modelKey()) == group.getKey()).toList();
      WaitingBatches.write(data, batches, batchSerializer);
      checked.finish();
    }
  }

  /**
   * Restores an operator's state as {@link #read} does.
   *
   * @throws SuppressRestartsException when a state is damaged, of another format, or of another
   *     model than the configuration: Flink would read it again and again
   */
  static int restore(
      Iterable<KeyGroupStatePartitionStreamProvider> groups,
      JobConfig config,
      Device device,
      JobStart start,
      TypeSerializer<MicroBatch> batchSerializer,
      Map<StreamKey, StreamModel> models,
      Queue<MicroBatch> waiting)
      throws IOException {
    try {
      return read(groups, config, device, start, batchSerializer, models, waiting);
    } catch (DamagedStateException | SnapshotRefusedException e) {
      throw new SuppressRestartsException(e);
    }
  }

  /**
   * Reads an operator's state.
   *
   * @param groups the key groups of the operator
   * @param start the present start of the job
   * @param models gets the restored models by the key of their stream, without those of streams
   *     that the configuration no longer names; on failure those restored so far
   * @param waiting gets the batches that come before any new one
   * @return PyTorch's threads in the process that wrote the state; those of this one where there is
   *     none
   * @throws DamagedStateException when a state is damaged, or of another format
   * @throws SnapshotRefusedException when a model does not fit the configuration
   * @throws IOException when a state cannot be read
   */
  static int read(
      Iterable<KeyGroupStatePartitionStreamProvider> groups,
      JobConfig config,
      Device device,
      JobStart start,
      TypeSerializer<MicroBatch> batchSerializer,
      Map<StreamKey, StreamModel> models,
      Queue<MicroBatch> waiting)
      throws IOException {
    int threads = Devices.threads();
    for (KeyGroupStatePartitionStreamProvider group : groups) {
      try {
        CheckedInput checked = open(group.getStream());
        DataInputStream in = new DataInputStream(checked);
        threads = in.readInt();
        for (int count = in.readInt(); count > 0; count--) {
          StreamKey key = readKey(in);
          if (config.input().streams().contains(key.stream())) {
            StreamModel model = StreamModel.restore(config, key.stream(), device, start, in);
            if (config.replicas().replicas() > 1 || model.rounds().position().replica() == 0) {
              models.put(key, model);
            } else {
              tellReplicaLeftOut(key, model);
            }
          } else {
            ModelSnapshot.read(in).close();
            StreamModel.readHistory(in);
            LOG.warn(
                "The model of stream {} leaves the state, since input.streams no longer names the stream. The savepoint or checkpoint that this job started from still has it",
                key.stream());
          }
        }
        WaitingBatches.read(in, batchSerializer, waiting);
        if (config.replicas().replicas() == 1) {
          leaveRounds(waiting);
        }
        checked.requireEnd();
      } catch (DamagedStateException e) {
        throw new DamagedStateException(
            "The state of the trainer cannot be restored (key group %d): %s. Start from an older checkpoint; rankstream verify tells whether one is good"
                .formatted(group.getKeyGroupId(), e.getMessage()),
            e);
      }
    }
    tellOtherThreads(threads);
    return threads;
  }

  /**
   * Reads the models of one key group, of replicas the first, whatever the configuration of the job
   * that wrote them, and checks all that follows them.
   *
   * @param in positioned at the start of the key group
   * @return the models by stream, each to be closed by the caller
   * @throws DamagedStateException when the state is damaged, or of another format
   * @throws IOException when the state cannot be read
   */
  public static Map<String, StoredModel> readModels(InputStream in) throws IOException {
    CheckedInput checked = open(in);
    DataInputStream data = new DataInputStream(checked);
    Map<String, StoredModel> models = new TreeMap<>();
    try {
      int threads = data.readInt();
      for (int count = data.readInt(); count > 0; count--) {
        String stream = readKey(data).stream();
        ModelSnapshot snapshot = ModelSnapshot.read(data);
        RoundMember.Told history = StreamModel.readHistory(data);
        if (history.replica() == 0) {
          models.put(stream, new StoredModel(snapshot, history.lineage().id(), threads));
        } else {
          snapshot.close();
        }
      }
      checked.transferTo(OutputStream.nullOutputStream());
      return models;
    } catch (IOException | RuntimeException e) {
      models.values().forEach(StoredModel::close);
      throw e;
    }
  }

  @Override
  public void close() {
    models.values().forEach(OfStream::close);
  }

  /** Checks the format of a key group; what follows is behind checksums. */
  private static CheckedInput open(InputStream in) throws IOException {
    InputStream buffered = new BufferedInputStream(in, BUFFER_BYTES);
    int format;
    try {
      format = new DataInputStream(buffered).readInt();
    } catch (EOFException e) {
      throw new DamagedStateException("it ends before its format", e);
    }
    if (format != FORMAT) {
      throw new DamagedStateException(
          "The checkpoint was written by another release of Rankstream (trainer state format %d, this release reads %d): restore it with that release"
              .formatted(format, FORMAT));
    }

    return new CheckedInput(buffered);
  }

  private static void tellOtherThreads(int threads) {
    if (threads != Devices.threads()) {
      LOG.warn(
          "The checkpoint was made with {} threads of PyTorch, this process has {}: training goes on, but its weights will differ in their last bits from those of a run that was not restarted. Set OMP_NUM_THREADS={} to keep them equal",
          threads,
          Devices.threads(),
          threads);
    }
  }

  private static void tellReplicaLeftOut(StreamKey key, StreamModel model) {
    LOG.warn(
        "Replica {} of stream {} leaves the state, since training.replicas = 1: what it learnt in its last {} batches, since the last average, is not in the model",
        model.rounds().position().replica(),
        key.stream(),
        model.rounds().position().batches());
    model.close();
  }

  /** The batches of replica 0 go to the only model; those of the others have none to go to. */
  private static void leaveRounds(Queue<MicroBatch> waiting) {
    List<MicroBatch> batches = List.copyOf(waiting);
    waiting.clear();
    for (MicroBatch batch : batches) {
      if (batch.images().isEmpty()) {
        continue; // the mark of a round
      }
      if (batch.round() == null || batch.round().replica() == 0) {
        waiting.add(batch.in(null));
      } else {
        LOG.warn(
            "A batch of {} images of stream {} waited for replica {} and is not trained on, since training.replicas = 1",
            batch.images().size(),
            batch.stream(),
            batch.round().replica());
      }
    }
  }

  private static StreamKey readKey(DataInputStream in) throws IOException {
    return new StreamKey(in.readUTF(), in.readInt());
  }

  private Map<StreamKey, OfStream> group(
      Map<Integer, Map<StreamKey, OfStream>> byKeyGroup, StreamKey key) {
    return byKeyGroup.computeIfAbsent(keyGroup(key), group -> new TreeMap<>());
  }

  private int keyGroup(StreamKey key) {
    return KeyGroupRangeAssignment.assignToKeyGroup(key, maxParallelism);
  }
}

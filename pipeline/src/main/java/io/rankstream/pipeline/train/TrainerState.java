package io.rankstream.pipeline.train;

import ai.djl.Device;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.DecodedBatch;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyGroupStatePartitionStreamProvider;
import org.apache.flink.runtime.state.KeyedStateCheckpointOutputStream;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;

/**
 * Layout of the trainer's raw keyed state. Each key group that has something holds a format
 * version, its models (name, {@link StreamModel}) and the batches that wait for them.
 */
final class TrainerState {

  private static final int FORMAT = 2;
  private static final int BUFFER_BYTES = 1 << 20;

  private TrainerState() {}

  static void write(
      StateSnapshotContext context,
      int maxParallelism,
      TypeSerializer<DecodedBatch> batchSerializer,
      Map<String, StreamModel> models,
      Collection<DecodedBatch> waiting)
      throws Exception {
    KeyedStateCheckpointOutputStream out = context.getRawKeyedOperatorStateOutput();
    Map<Integer, Map<String, StreamModel>> byKeyGroup = new TreeMap<>();
    models.forEach(
        (stream, model) ->
            byKeyGroup
                .computeIfAbsent(keyGroup(stream, maxParallelism), group -> new TreeMap<>())
                .put(stream, model));
    for (DecodedBatch batch : waiting) {
      byKeyGroup.computeIfAbsent(
          keyGroup(batch.stream(), maxParallelism), group -> new TreeMap<>());
    }

    for (Map.Entry<Integer, Map<String, StreamModel>> group : byKeyGroup.entrySet()) {
      out.startNewKeyGroup(group.getKey());
      DataOutputStream data = new DataOutputStream(new BufferedOutputStream(out, BUFFER_BYTES));
      data.writeInt(FORMAT);
      data.writeInt(group.getValue().size());
      for (Map.Entry<String, StreamModel> model : group.getValue().entrySet()) {
        data.writeUTF(model.getKey());
        model.getValue().writeTo(data);
      }

      List<DecodedBatch> batches =
          waiting.stream()
              .filter(batch -> keyGroup(batch.stream(), maxParallelism) == group.getKey())
              .toList();
      data.writeInt(batches.size());
      for (DecodedBatch batch : batches) {
        batchSerializer.serialize(batch, new DataOutputViewStreamWrapper(data));
      }
      data.flush();
    }
  }

  static void read(
      StateInitializationContext context,
      JobConfig config,
      Device device,
      TypeSerializer<DecodedBatch> batchSerializer,
      Map<String, StreamModel> models,
      Queue<DecodedBatch> waiting)
      throws IOException {
    for (KeyGroupStatePartitionStreamProvider group : context.getRawKeyedStateInputs()) {
      DataInputStream in =
          new DataInputStream(new BufferedInputStream(group.getStream(), BUFFER_BYTES));
      for (int count = readHeader(in); count > 0; count--) {
        String stream = in.readUTF();
        models.put(stream, StreamModel.restore(config, stream, device, in));
      }
      for (int count = in.readInt(); count > 0; count--) {
        waiting.add(batchSerializer.deserialize(new DataInputViewStreamWrapper(in)));
      }
    }
  }

  /** Checks the format of a key group and returns its number of models. */
  static int readHeader(DataInputStream in) throws IOException {
    int format = in.readInt();
    if (format != FORMAT) {
      throw new IOException(
          "The checkpoint was written by another release of Rankstream (trainer state format %d, this release reads %d): restore it with that release"
              .formatted(format, FORMAT));
    }

    return in.readInt();
  }

  private static int keyGroup(String stream, int maxParallelism) {
    return KeyGroupRangeAssignment.assignToKeyGroup(stream, maxParallelism);
  }
}

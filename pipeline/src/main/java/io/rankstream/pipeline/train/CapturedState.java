package io.rankstream.pipeline.train;

import io.rankstream.pipeline.event.DecodedBatch;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.runtime.state.KeyedStateCheckpointOutputStream;

/**
 * A copy of the trainer's whole state at one moment.
 *
 * @param models by stream
 * @param waiting batches that are taken again after a restore
 * @param batchSerializer writes them; of no other thread
 * @param maxParallelism number of key groups
 */
record CapturedState(
    Map<String, CapturedStreamModel> models,
    List<DecodedBatch> waiting,
    TypeSerializer<DecodedBatch> batchSerializer,
    int maxParallelism)
    implements AutoCloseable {

  private static final int BUFFER_BYTES = 1 << 20;

  /** Writes what {@link TrainerState#read} reads, key group by key group. */
  void writeTo(KeyedStateCheckpointOutputStream out) throws IOException {
    Map<Integer, Map<String, CapturedStreamModel>> byKeyGroup = new TreeMap<>();
    models.forEach(
        (stream, model) ->
            byKeyGroup
                .computeIfAbsent(keyGroup(stream), group -> new TreeMap<>())
                .put(stream, model));
    for (DecodedBatch batch : waiting) {
      byKeyGroup.computeIfAbsent(keyGroup(batch.stream()), group -> new TreeMap<>());
    }

    for (Map.Entry<Integer, Map<String, CapturedStreamModel>> group : byKeyGroup.entrySet()) {
      out.startNewKeyGroup(group.getKey());
      DataOutputStream data = new DataOutputStream(new BufferedOutputStream(out, BUFFER_BYTES));
      data.writeInt(TrainerState.FORMAT);
      data.writeInt(group.getValue().size());
      for (Map.Entry<String, CapturedStreamModel> model : group.getValue().entrySet()) {
        data.writeUTF(model.getKey());
        model.getValue().writeTo(data);
      }

      List<DecodedBatch> batches =
          waiting.stream().filter(batch -> keyGroup(batch.stream()) == group.getKey()).toList();
      data.writeInt(batches.size());
      for (DecodedBatch batch : batches) {
        batchSerializer.serialize(batch, new DataOutputViewStreamWrapper(data));
      }
      data.flush();
    }
  }

  @Override
  public void close() {
    models.values().forEach(CapturedStreamModel::close);
  }

  private int keyGroup(String stream) {
    return KeyGroupRangeAssignment.assignToKeyGroup(stream, maxParallelism);
  }
}

package io.rankstream.pipeline.train;

import ai.djl.Device;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.DecodedBatch;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.state.KeyGroupStatePartitionStreamProvider;
import org.apache.flink.runtime.state.StateInitializationContext;

/**
 * Layout of the trainer's raw keyed state. Each key group that has something holds a format
 * version, its models (name, {@link StreamModel}) and the batches that wait for them.
 */
final class TrainerState {

  static final int FORMAT = 3;

  private static final int BUFFER_BYTES = 1 << 20;

  private TrainerState() {}

  /**
   * Copies the state, so that it can be written while the operator goes on.
   *
   * @param batchSerializer writes waiting batches; a duplicate of it is used
   */
  static CapturedState capture(
      int maxParallelism,
      TypeSerializer<DecodedBatch> batchSerializer,
      Map<String, StreamModel> models,
      Collection<DecodedBatch> waiting)
      throws IOException {
    Map<String, CapturedStreamModel> captured = new TreeMap<>();
    for (Map.Entry<String, StreamModel> model : models.entrySet()) {
      captured.put(model.getKey(), model.getValue().capture());
    }

    return new CapturedState(
        captured, List.copyOf(waiting), batchSerializer.duplicate(), maxParallelism);
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
}

package io.rankstream.pipeline.train;

import io.rankstream.pipeline.event.MicroBatch;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;

/**
 * The form of waiting batches in raw state. The snapshot of their serializer stands before them, as
 * in Flink's own state: a release whose records have other fields reads the old ones with it.
 */
final class WaitingBatches {

  private WaitingBatches() {}

  static void write(
      DataOutputStream stream, List<MicroBatch> batches, TypeSerializer<MicroBatch> serializer)
      throws IOException {
    DataOutputView out = new DataOutputViewStreamWrapper(stream);
    out.writeInt(batches.size());
    if (batches.isEmpty()) {
      return;
    }

    TypeSerializerSnapshot.writeVersionedSnapshot(out, serializer.snapshotConfiguration());
    for (MicroBatch batch : batches) {
      serializer.serialize(batch, out);
    }
  }

  /**
   * Reads exactly the bytes that {@link #write} wrote.
   *
   * @param serializer of this release
   * @param waiting gets the batches
   * @throws IOException when this release cannot read the batches
   */
  static void read(
      DataInputStream stream, TypeSerializer<MicroBatch> serializer, Queue<MicroBatch> waiting)
      throws IOException {
    DataInputView in = new DataInputViewStreamWrapper(stream);
    int count = in.readInt();
    if (count == 0) {
      return;
    }

    TypeSerializerSnapshot<MicroBatch> written =
        TypeSerializerSnapshot.readVersionedSnapshot(in, MicroBatch.class.getClassLoader());
    TypeSerializer<MicroBatch> reader = reader(written, serializer);
    for (int i = 0; i < count; i++) {
      waiting.add(reader.deserialize(in));
    }
  }

  private static TypeSerializer<MicroBatch> reader(
      TypeSerializerSnapshot<MicroBatch> written, TypeSerializer<MicroBatch> serializer)
      throws IOException {
    TypeSerializerSchemaCompatibility<MicroBatch> compatibility =
        serializer.snapshotConfiguration().resolveSchemaCompatibility(written);
    if (compatibility.isCompatibleAsIs()) {
      return serializer;
    }
    if (compatibility.isCompatibleWithReconfiguredSerializer()) {
      return compatibility.getReconfiguredSerializer();
    }
    if (compatibility.isCompatibleAfterMigration()) {
      return written.restoreSerializer();
    }

    throw new IOException(
        "The checkpoint was written by another release of Rankstream (its waiting batches have other fields): restore it with that release");
  }
}

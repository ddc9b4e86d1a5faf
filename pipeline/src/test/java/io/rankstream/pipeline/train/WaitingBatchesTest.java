package io.rankstream.pipeline.train;

import static io.rankstream.pipeline.train.TrainingBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.junit.jupiter.api.Test;

class WaitingBatchesTest {

  @Test
  void whatFollowsStaysInTheStream() throws Exception {
    byte[] bytes = written(TrainingBatches.serializer(), batch("a", 3), batch("b", 4));
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    Queue<MicroBatch> waiting = new ArrayDeque<>();
    WaitingBatches.read(in, TrainingBatches.serializer(), waiting);

    assertThat(waiting).extracting(MicroBatch::number).containsExactly(3L, 4L);
    assertThat(in.available()).isZero();
  }

  @Test
  void batchesOfAnOldLayoutAreReadWithItsSerializer() throws Exception {
    byte[] bytes = written(new OldLayout(), batch("a", 3));

    Queue<MicroBatch> waiting = read(bytes, new NewLayout());

    assertThat(waiting).hasSize(1);
    assertThat(waiting.peek().number()).isEqualTo(3);
    assertThat(TrainingBatches.labels(waiting.peek()))
        .isEqualTo(TrainingBatches.labels(batch("a", 3)));
  }

  @Test
  void aLayoutThatThisReleaseCannotReadIsRefusedAndNotReadAsGarbage() throws Exception {
    byte[] bytes = written(new OldLayout(), batch("a", 3));

    assertThatThrownBy(() -> read(bytes, TrainingBatches.serializer()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("its waiting batches have other fields");
  }

  private static byte[] written(TypeSerializer<MicroBatch> serializer, MicroBatch... batches)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    WaitingBatches.write(new DataOutputStream(bytes), List.of(batches), serializer);
    return bytes.toByteArray();
  }

  private static Queue<MicroBatch> read(byte[] bytes, TypeSerializer<MicroBatch> serializer)
      throws IOException {
    Queue<MicroBatch> waiting = new ArrayDeque<>();
    WaitingBatches.read(new DataInputStream(new ByteArrayInputStream(bytes)), serializer, waiting);
    return waiting;
  }

  /** Wrote a field that there is no more. */
  public static class OldLayout extends TypeSerializerSingleton<MicroBatch> {

    private static final long serialVersionUID = 1L;

    @Override
    public void serialize(MicroBatch batch, DataOutputView out) throws IOException {
      out.writeUTF("a field of old");
      TrainingBatches.serializer().serialize(batch, out);
    }

    @Override
    public MicroBatch deserialize(DataInputView in) throws IOException {
      in.readUTF();
      return TrainingBatches.serializer().deserialize(in);
    }

    @Override
    public TypeSerializerSnapshot<MicroBatch> snapshotConfiguration() {
      return new OldSnapshot();
    }

    @Override
    public boolean isImmutableType() {
      return true;
    }

    @Override
    public MicroBatch createInstance() {
      return null;
    }

    @Override
    public MicroBatch copy(MicroBatch from) {
      return from.with(List.<BatchImage>copyOf(from.images()));
    }

    @Override
    public MicroBatch copy(MicroBatch from, MicroBatch reuse) {
      return copy(from);
    }

    @Override
    public int getLength() {
      return -1;
    }

    @Override
    public MicroBatch deserialize(MicroBatch reuse, DataInputView in) throws IOException {
      return deserialize(in);
    }

    @Override
    public void copy(DataInputView in, DataOutputView out) throws IOException {
      serialize(deserialize(in), out);
    }
  }

  /** Stands in the stream by the name of its class. */
  public static final class OldSnapshot extends SimpleTypeSerializerSnapshot<MicroBatch> {

    public OldSnapshot() {
      super(OldLayout::new);
    }
  }

  /** Writes that field no more, and knows how to go on from the old layout. */
  public static final class NewLayout extends OldLayout {

    private static final long serialVersionUID = 1L;

    @Override
    public MicroBatch deserialize(DataInputView in) throws IOException {
      return TrainingBatches.serializer().deserialize(in);
    }

    @Override
    public TypeSerializerSnapshot<MicroBatch> snapshotConfiguration() {
      return new NewSnapshot();
    }
  }

  /** The snapshot of the new layout. */
  public static final class NewSnapshot extends SimpleTypeSerializerSnapshot<MicroBatch> {

    public NewSnapshot() {
      super(NewLayout::new);
    }

    @Override
    public TypeSerializerSchemaCompatibility<MicroBatch> resolveSchemaCompatibility(
        TypeSerializerSnapshot<MicroBatch> old) {
      return TypeSerializerSchemaCompatibility.compatibleAfterMigration();
    }
  }
}

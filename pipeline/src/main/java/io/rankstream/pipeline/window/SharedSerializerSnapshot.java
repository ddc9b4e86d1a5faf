package io.rankstream.pipeline.window;

import org.apache.flink.api.common.typeutils.CompositeTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * What a checkpoint remembers of a {@link SharedSerializer}: the inner serializer, which decides
 * whether the state can be read. The name of this class is part of savepoints.
 */
public final class SharedSerializerSnapshot<T>
    extends CompositeTypeSerializerSnapshot<T, SharedSerializer<T>> {

  private static final int VERSION = 1;

  /** For Flink, which then reads the snapshot. */
  public SharedSerializerSnapshot() {}

  SharedSerializerSnapshot(SharedSerializer<T> serializer) {
    super(serializer);
  }

  @Override
  protected int getCurrentOuterSnapshotVersion() {
    return VERSION;
  }

  @Override
  protected TypeSerializer<?>[] getNestedSerializers(SharedSerializer<T> outer) {
    return new TypeSerializer<?>[] {outer.inner()};
  }

  @Override
  @SuppressWarnings("unchecked") // the nested serializer is the one that was written
  protected SharedSerializer<T> createOuterSerializerWithNestedSerializers(
      TypeSerializer<?>[] nested) {
    return new SharedSerializer<>((TypeSerializer<T>) nested[0]);
  }
}

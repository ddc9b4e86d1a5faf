package io.rankstream.pipeline.window;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Serializes values like another serializer, and shares them where that one would copy: nobody
 * changes a value of {@code T} or an array in it after it was made.
 *
 * <p>The heap state backend copies a whole map, key by key and value by value, at the first access
 * after a checkpoint began, on the thread that processes the images. With this serializer it copies
 * references.
 */
public final class SharedSerializer<T> extends TypeSerializer<T> {

  private static final long serialVersionUID = 1L;

  private final TypeSerializer<T> inner;

  /**
   * @param inner serializer that decides on the bytes
   */
  public SharedSerializer(TypeSerializer<T> inner) {
    this.inner = inner;
  }

  TypeSerializer<T> inner() {
    return inner;
  }

  @Override
  public boolean isImmutableType() {
    return true;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // a serializer without state duplicates to itself
  public TypeSerializer<T> duplicate() {
    TypeSerializer<T> duplicate = inner.duplicate();
    return duplicate == inner ? this : new SharedSerializer<>(duplicate);
  }

  @Override
  public T createInstance() {
    return inner.createInstance();
  }

  @Override
  public T copy(T from) {
    return from;
  }

  @Override
  public T copy(T from, T reuse) {
    return from;
  }

  @Override
  public int getLength() {
    return inner.getLength();
  }

  @Override
  public void serialize(T value, DataOutputView target) throws IOException {
    inner.serialize(value, target);
  }

  @Override
  public T deserialize(DataInputView source) throws IOException {
    return inner.deserialize(source);
  }

  /** Makes a new value: the one to reuse may be shared. */
  @Override
  public T deserialize(T reuse, DataInputView source) throws IOException {
    return inner.deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    inner.copy(source, target);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SharedSerializer<?> that && inner.equals(that.inner);
  }

  @Override
  public int hashCode() {
    return inner.hashCode();
  }

  @Override
  public TypeSerializerSnapshot<T> snapshotConfiguration() {
    return new SharedSerializerSnapshot<>(this);
  }
}

package io.rankstream.pipeline.window;

import java.io.IOException;
import java.util.zip.CRC32C;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/**
 * Serializes values like another serializer, and shares them where that one would copy: nobody
 * changes a value of {@code T} or an array in it after it was made.
 *
 * <p>The heap state backend copies a whole map, key by key and value by value, at the first access
 * after a checkpoint began, on the thread that processes the images. With this serializer it copies
 * references.
 *
 * <p>Flink has no checksum for its state. Each value has one here: its length, the complement of
 * the length, so that a damaged one is not believed, the bytes of the other serializer, and their
 * CRC-32C.
 */
public final class SharedSerializer<T> extends TypeSerializer<T> {

  private static final long serialVersionUID = 1L;
  private static final int INITIAL_BYTES = 1024;

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
    return -1; // differs
  }

  @Override
  public void serialize(T value, DataOutputView target) throws IOException {
    DataOutputSerializer bytes = new DataOutputSerializer(INITIAL_BYTES);
    inner.serialize(value, bytes);
    target.writeInt(bytes.length());
    target.writeInt(~bytes.length());
    target.write(bytes.getSharedBuffer(), 0, bytes.length());
    target.writeInt(checksum(bytes.getSharedBuffer(), bytes.length()));
  }

  @Override
  public T deserialize(DataInputView source) throws IOException {
    byte[] bytes = new byte[length(source)];
    source.readFully(bytes);
    if (source.readInt() != checksum(bytes, bytes.length)) {
      throw damaged("checksum");
    }

    return inner.deserialize(new DataInputDeserializer(bytes));
  }

  /** Makes a new value: the one to reuse may be shared. */
  @Override
  public T deserialize(T reuse, DataInputView source) throws IOException {
    return deserialize(source);
  }

  @Override
  public void copy(DataInputView source, DataOutputView target) throws IOException {
    int length = length(source);
    target.writeInt(length);
    target.writeInt(~length);
    byte[] rest = new byte[length + Integer.BYTES]; // not all targets grow for write(source, n)
    source.readFully(rest);
    target.write(rest);
  }

  private static int length(DataInputView source) throws IOException {
    int length = source.readInt();
    if (source.readInt() != ~length || length < 0) {
      throw damaged("length");
    }

    return length;
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    return (int) checksum.getValue();
  }

  /** Reading it again would not heal it. */
  private static SuppressRestartsException damaged(String what) {
    return new SuppressRestartsException(
        new IOException(
            "An image in the state is damaged: its %s is wrong. Start from an older checkpoint; rankstream verify tells whether one is good"
                .formatted(what)));
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

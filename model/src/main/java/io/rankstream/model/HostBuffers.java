package io.rankstream.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * Named float32 vectors in the memory of the host. A stream holds each as little-endian values in
 * one piece. Several owners may share the vectors; the last that closes them frees them.
 */
final class HostBuffers implements AutoCloseable {

  private static final int CHUNK_VALUES = 1 << 20;

  private final NDManager manager = NDManager.newBaseManager(Device.cpu(), Devices.ENGINE);
  private final Map<String, NDArray> buffers = new LinkedHashMap<>();
  private final AtomicInteger owners = new AtomicInteger(1);

  /** The same vectors, for one more owner, who closes them too. */
  HostBuffers shared() {
    owners.incrementAndGet();
    return this;
  }

  /** Takes over a vector that lies in the memory of the host. */
  void add(String name, NDArray buffer) {
    buffer.attach(manager);
    buffers.put(name, buffer);
  }

  /** Adds a copy of a vector that lies on any device. */
  void addCopy(String name, NDArray original) {
    // On one device toDevice returns the same memory, whatever its second argument.
    add(
        name,
        original.getDevice().isGpu()
            ? original.toDevice(Device.cpu(), false)
            : original.duplicate());
  }

  boolean contains(String name) {
    return buffers.containsKey(name);
  }

  /** The names of the vectors, in the order of the stream. */
  Set<String> names() {
    return buffers.keySet();
  }

  /** A vector; null where there is none of this name. */
  NDArray get(String name) {
    return buffers.get(name);
  }

  /**
   * A vector.
   *
   * @param size its number of values
   * @throws IOException when there is no vector of this name and size
   */
  NDArray get(String name, long size) throws IOException {
    NDArray buffer = buffers.get(name);
    if (buffer == null || buffer.size() != size) {
      throw new SnapshotRefusedException(
          "The snapshot is damaged: the buffer %s has %s values (must have %d). Restore an older one"
              .formatted(name, buffer == null ? "no" : buffer.size(), size));
    }

    return buffer;
  }

  /** Calls an action with each name and vector, in the order of the stream. */
  void forEach(BiConsumer<String, NDArray> action) {
    buffers.forEach(action);
  }

  void writeTo(DataOutputStream out) throws IOException {
    writeTo(out, buffers.keySet());
  }

  /**
   * Writes some of the vectors.
   *
   * @param chosen their names; those that are not here are left out
   */
  void writeTo(DataOutputStream out, Set<String> chosen) throws IOException {
    out.writeInt((int) buffers.keySet().stream().filter(chosen::contains).count());
    for (Map.Entry<String, NDArray> buffer : buffers.entrySet()) {
      if (chosen.contains(buffer.getKey())) {
        out.writeUTF(buffer.getKey());
        write(out, buffer.getValue());
      }
    }
  }

  /** Whether all values of the chosen vectors are finite. */
  boolean areFinite(Set<String> chosen) {
    return buffers.entrySet().stream()
        .filter(buffer -> chosen.contains(buffer.getKey()) && buffer.getValue().size() > 0)
        .allMatch(buffer -> isFinite(buffer.getValue()));
  }

  private static boolean isFinite(NDArray values) {
    try (NDArray sizes = values.abs();
        NDArray largest = sizes.max()) { // NaN if there is one
      return Float.isFinite(largest.getFloat());
    }
  }

  /** Reads exactly the bytes that {@link #writeTo} wrote. */
  static HostBuffers read(DataInputStream in) throws IOException {
    HostBuffers buffers = new HostBuffers();
    try {
      for (int count = in.readInt(); count > 0; count--) {
        buffers.add(in.readUTF(), read(in, buffers.manager));
      }
      return buffers;
    } catch (IOException | RuntimeException e) {
      buffers.close();
      throw e;
    }
  }

  @Override
  public void close() {
    if (owners.decrementAndGet() == 0) {
      manager.close();
    }
  }

  /** Writes in chunks, since the engine copies each one to the heap. */
  private static void write(DataOutputStream out, NDArray buffer) throws IOException {
    long size = buffer.size();
    out.writeLong(size * Float.BYTES);
    for (long from = 0; from < size; from += CHUNK_VALUES) {
      long to = Math.min(size, from + CHUNK_VALUES);
      try (NDArray chunk = buffer.get(new NDIndex("{}:{}", from, to))) {
        ByteBuffer values = chunk.toByteBuffer(); // native order: little-endian on all platforms
        byte[] bytes = new byte[values.remaining()];
        values.get(bytes);
        out.write(bytes);
      }
    }
  }

  /** Reads in chunks, since memory of Java outside of its heap is small. */
  private static NDArray read(DataInputStream in, NDManager manager) throws IOException {
    long length = in.readLong();
    if (length < 0 || length % Float.BYTES != 0) {
      throw new SnapshotRefusedException(
          "The snapshot is damaged: a buffer has %d bytes (must be a multiple of %d). Restore an older one"
              .formatted(length, Float.BYTES));
    }

    long size = length / Float.BYTES;
    NDArray buffer = manager.create(new Shape(size), DataType.FLOAT32);
    byte[] bytes = new byte[(int) Math.min(CHUNK_VALUES * (long) Float.BYTES, length)];
    ByteBuffer chunk = manager.allocateDirect(bytes.length);
    for (long from = 0; from < size; from += CHUNK_VALUES) {
      int values = (int) Math.min(CHUNK_VALUES, size - from);
      in.readFully(bytes, 0, values * Float.BYTES);
      chunk.clear().put(bytes, 0, values * Float.BYTES).flip();
      try (NDArray part = manager.create(chunk, new Shape(values), DataType.FLOAT32)) {
        buffer.set(new NDIndex("{}:{}", from, from + values), part); // copies
      }
    }

    return buffer;
  }
}

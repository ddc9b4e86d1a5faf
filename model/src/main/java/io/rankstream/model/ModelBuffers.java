package io.rankstream.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a model remembers between steps: named vectors of float32 on the device. A snapshot is one
 * contiguous copy of each.
 */
final class ModelBuffers {

  private final NDManager manager;
  private final Map<String, NDArray> buffers = new LinkedHashMap<>();

  /**
   * @param manager owner of the buffers
   */
  ModelBuffers(NDManager manager) {
    this.manager = manager;
  }

  /** Adds a buffer with first values; one made from Java memory would stay tied to it. */
  NDArray add(String name, float[] values) {
    try (NDArray view = manager.create(values)) {
      return keep(name, view.duplicate());
    }
  }

  /** Adds a buffer of zeros. */
  NDArray addZeros(String name, long values) {
    return keep(name, manager.zeros(new Shape(values), DataType.FLOAT32));
  }

  /** Adds a buffer that starts as a copy of another. */
  NDArray addCopy(String name, NDArray original) {
    return keep(name, original.duplicate());
  }

  /**
   * Copies of the buffers in the memory of the host.
   *
   * @param owner owner of the copies
   */
  Map<String, NDArray> copies(NDManager owner) {
    Map<String, NDArray> copies = new LinkedHashMap<>();
    buffers.forEach(
        (name, buffer) -> {
          // On one device toDevice gives the same memory, whatever its second argument.
          NDArray copy =
              buffer.getDevice().isGpu()
                  ? buffer.toDevice(Device.cpu(), false)
                  : buffer.duplicate();
          copy.attach(owner);
          copies.put(name, copy);
        });
    return copies;
  }

  /** Writes copies back into the buffers that they were made from. */
  void restore(Map<String, NDArray> copies) {
    copies.forEach(
        (name, copy) -> {
          if (manager.getDevice().isGpu()) {
            try (NDArray values = copy.toDevice(manager.getDevice(), false)) {
              overwrite(buffers.get(name), values);
            }
          } else {
            overwrite(buffers.get(name), copy);
          }
        });
  }

  /**
   * Reads values into the buffers of the same name. A buffer that is not in the stream keeps its
   * first values, one that is only there is passed over: optimizer and losses may change between
   * two runs.
   *
   * @return names of the buffers that were read
   * @throws IOException when a buffer has another size
   */
  Set<String> readFrom(DataInputStream in) throws IOException {
    Set<String> read = new HashSet<>();
    for (int count = in.readInt(); count > 0; count--) {
      String name = in.readUTF();
      NDArray buffer = buffers.get(name);
      if (buffer == null) {
        in.skipNBytes(in.readInt());
      } else {
        try (NDArray values = Snapshot.readBuffer(in, manager, buffer.size())) {
          overwrite(buffer, values);
        }
        read.add(name);
      }
    }

    return read;
  }

  /**
   * Writes values into the memory of a buffer, where its views see them. DJL's own {@code copyTo}
   * gives the buffer other memory and leaves the views behind.
   */
  static void overwrite(NDArray buffer, NDArray values) {
    buffer.set(new NDIndex(":"), values);
  }

  private NDArray keep(String name, NDArray buffer) {
    buffers.put(name, buffer);
    return buffer;
  }
}

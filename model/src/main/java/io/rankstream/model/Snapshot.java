package io.rankstream.model;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The form of a model in a checkpoint: a header, the step, the vocabulary in order, then each
 * buffer as little-endian float32 in one piece. It reads exactly what it wrote, so that other data
 * may follow in the same stream.
 */
final class Snapshot {

  private static final int MAGIC = 0x524B5334; // "RKS4"

  private static final int CHUNK_VALUES = 1 << 20;

  private Snapshot() {}

  static void writeHeader(DataOutputStream out, String architecture) throws IOException {
    out.writeInt(MAGIC);
    out.writeUTF(architecture);
    out.writeUTF("PyTorch " + Engine.getEngine(Devices.ENGINE).getVersion()); // for people
  }

  /** Reads the header and returns the architecture that it names. */
  static String readHeader(DataInputStream in) throws IOException {
    int magic = in.readInt();
    if (magic != MAGIC) {
      throw new IOException(
          "Not a Rankstream model snapshot (it starts with %08x)".formatted(magic));
    }

    String architecture = in.readUTF();
    in.readUTF(); // the engine, for people
    return architecture;
  }

  static void checkArchitecture(String found, String architecture) throws IOException {
    if (!found.equals(architecture)) {
      throw new IOException(
          "The snapshot holds a %s, the configuration asks for a %s: restore it with the configuration that it was made with, or start without it"
              .formatted(found, architecture));
    }
  }

  static void writeLabels(DataOutput out, List<String> labels) throws IOException {
    out.writeInt(labels.size());
    for (String label : labels) {
      byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }

  static List<String> readLabels(DataInput in) throws IOException {
    int count = in.readInt();
    List<String> labels = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      labels.add(new String(bytes, StandardCharsets.UTF_8));
    }

    return labels;
  }

  /**
   * Writes a buffer of the host, piece by piece: each piece is copied to the heap by the engine.
   */
  static void writeBuffer(DataOutputStream out, NDArray buffer) throws IOException {
    long size = buffer.size();
    out.writeInt(Math.toIntExact(size * Float.BYTES));
    for (long from = 0; from < size; from += CHUNK_VALUES) {
      long to = Math.min(size, from + CHUNK_VALUES);
      try (NDArray piece = buffer.get(new NDIndex("{}:{}", from, to))) {
        ByteBuffer values =
            piece.toByteBuffer(); // native order, which is little-endian wherever PyTorch runs
        byte[] bytes = new byte[values.remaining()];
        values.get(bytes);
        out.write(bytes);
      }
    }
  }

  /** Reads a buffer that may stay tied to Java memory: copy it and close it soon. */
  static NDArray readBuffer(DataInputStream in, NDManager manager, long values) throws IOException {
    int length = in.readInt();
    if (length != values * Float.BYTES) {
      throw new IOException(
          "The snapshot is damaged: a buffer has %d bytes (must be %d)"
              .formatted(length, values * Float.BYTES));
    }

    ByteBuffer bytes = manager.allocateDirect(length);
    byte[] chunk = new byte[Math.min(CHUNK_VALUES, length)];
    while (bytes.hasRemaining()) {
      int part = Math.min(chunk.length, bytes.remaining());
      in.readFully(chunk, 0, part);
      bytes.put(chunk, 0, part);
    }
    bytes.rewind();
    return manager.create(bytes, new Shape(values), DataType.FLOAT32);
  }
}

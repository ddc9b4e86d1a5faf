package io.rankstream.model.safetensors;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a safetensors file of float32 tensors, in the order in which they are added, with a
 * checksum in its metadata that {@link SafeTensors#open} compares.
 */
public final class SafeTensorsWriter {

  private static final int ALIGNMENT = 8;

  private final Map<String, String> metadata;
  private final Map<String, Piece> pieces = new LinkedHashMap<>();

  /**
   * @param metadata free text by name
   */
  public SafeTensorsWriter(Map<String, String> metadata) {
    this.metadata = metadata;
  }

  /** The values of a tensor, which need not be in memory at once. */
  @FunctionalInterface
  public interface Values {

    /**
     * Hands over all values row by row, in parts of any size.
     *
     * @throws IOException from the writer
     */
    void writeTo(Writer writer) throws IOException;
  }

  /** Takes a part of the values of a tensor. */
  @FunctionalInterface
  public interface Writer {

    /** Writes the values of an array. */
    void write(float[] part) throws IOException;
  }

  private record Piece(JsonArray shape, Values values, long length) {}

  /**
   * Adds a tensor.
   *
   * @param shape sizes of its dimensions
   * @param values its values; asked for twice when the file is written, the same both times
   */
  public void add(String name, long[] shape, Values values) {
    JsonArray sizes = new JsonArray();
    Arrays.stream(shape).forEach(sizes::add);
    long length = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    pieces.put(name, new Piece(sizes, values, length));
  }

  /**
   * Writes the file; leaves the stream open.
   *
   * @throws IllegalStateException when a tensor has other values than its shape says
   */
  public void writeTo(OutputStream out) throws IOException {
    byte[] open = header();
    FileChecksum checksum = new FileChecksum(open);
    forEachPart(bytes -> checksum.update(bytes, bytes.length)); // the header comes first
    byte[] header = FileChecksum.withDigits(open, checksum.digits());
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.write(length.putLong(header.length).array());
    out.write(header);
    forEachPart(out::write);
    out.flush();
  }

  private interface PartAction {
    void take(byte[] bytes) throws IOException;
  }

  private void forEachPart(PartAction action) throws IOException {
    for (Map.Entry<String, Piece> piece : pieces.entrySet()) {
      CountingWriter writer = new CountingWriter(action);
      piece.getValue().values().writeTo(writer);
      if (writer.written != piece.getValue().length()) {
        throw new IllegalStateException(
            "Invalid values of %s: %d (must be %d)"
                .formatted(piece.getKey(), writer.written, piece.getValue().length()));
      }
    }
  }

  private static final class CountingWriter implements Writer {

    private final PartAction action;
    private long written;

    private CountingWriter(PartAction action) {
      this.action = action;
    }

    @Override
    public void write(float[] part) throws IOException {
      ByteBuffer bytes =
          ByteBuffer.allocate(part.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(part);
      action.take(bytes.array());
      written += part.length;
    }
  }

  /** The header, padded with blanks so that the tensors start at a multiple of eight bytes. */
  private byte[] header() {
    JsonObject json = new JsonObject();
    JsonObject texts = new JsonObject();
    metadata.forEach(texts::addProperty);
    texts.addProperty(FileChecksum.KEY, FileChecksum.UNKNOWN);
    json.add("__metadata__", texts);
    long position = 0;
    for (Map.Entry<String, Piece> piece : pieces.entrySet()) {
      long end = position + piece.getValue().length() * Float.BYTES;
      JsonArray offsets = new JsonArray();
      offsets.add(position);
      offsets.add(end);
      JsonObject entry = new JsonObject();
      entry.addProperty("dtype", TensorType.F32.name());
      entry.add("shape", piece.getValue().shape());
      entry.add("data_offsets", offsets);
      json.add(piece.getKey(), entry);
      position = end;
    }

    byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    byte[] header = Arrays.copyOf(text, padded);
    Arrays.fill(header, text.length, padded, (byte) ' ');
    return header;
  }
}

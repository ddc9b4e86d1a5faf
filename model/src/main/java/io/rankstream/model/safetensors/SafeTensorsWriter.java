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
import java.util.function.Supplier;

/**
 * Writes a safetensors file of float32 tensors, in the order in which they are added, with a
 * checksum in its metadata that {@link SafeTensors#open} compares.
 */
public final class SafeTensorsWriter {

  private static final int ALIGNMENT = 8;
  private static final int CHUNK_VALUES = 1 << 14;

  private final Map<String, String> metadata;
  private final Map<String, Piece> pieces = new LinkedHashMap<>();

  /**
   * @param metadata free text by name
   */
  public SafeTensorsWriter(Map<String, String> metadata) {
    this.metadata = metadata;
  }

  private record Piece(JsonArray shape, Supplier<float[]> values, int length) {}

  /**
   * Adds a tensor.
   *
   * @param shape sizes of its dimensions
   * @param values supplies its values row by row when the file is written, twice the same; surplus
   *     values are ignored
   */
  public void add(String name, long[] shape, Supplier<float[]> values) {
    JsonArray sizes = new JsonArray();
    Arrays.stream(shape).forEach(sizes::add);
    long length = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    pieces.put(name, new Piece(sizes, values, Math.toIntExact(length)));
  }

  /** Writes the file; leaves the stream open. */
  public void writeTo(OutputStream out) throws IOException {
    byte[] open = header();
    FileChecksum checksum = new FileChecksum(open);
    forEachChunk((bytes, count) -> checksum.update(bytes, count)); // the header comes first
    byte[] header = FileChecksum.withDigits(open, checksum.digits());
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.write(length.putLong(header.length).array());
    out.write(header);
    forEachChunk((bytes, count) -> out.write(bytes, 0, count));
    out.flush();
  }

  private interface ChunkAction {
    void take(byte[] bytes, int length) throws IOException;
  }

  private void forEachChunk(ChunkAction action) throws IOException {
    ByteBuffer chunk =
        ByteBuffer.allocate(CHUNK_VALUES * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (Piece piece : pieces.values()) {
      float[] values = piece.values().get();
      for (int done = 0; done < piece.length(); done += CHUNK_VALUES) {
        int count = Math.min(CHUNK_VALUES, piece.length() - done);
        chunk.asFloatBuffer().put(values, done, count);
        action.take(chunk.array(), count * Float.BYTES);
      }
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
      long end = position + (long) piece.getValue().length() * Float.BYTES;
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

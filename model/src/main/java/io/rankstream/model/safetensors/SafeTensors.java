package io.rankstream.model.safetensors;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.rankstream.model.text.Printable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A safetensors file: eight bytes with the length of the header, a JSON header with type, shape and
 * place of each tensor, then the tensors. A tensor is read when it is requested.
 */
public final class SafeTensors {

  private static final int LENGTH_BYTES = Long.BYTES;
  private static final long MAX_HEADER_BYTES = 100_000_000; // the limit of the format
  private static final int MAX_DEPTH = 8; // the format has three levels
  private static final String METADATA = "__metadata__";

  private final Path file;
  private final long dataStart;
  private final Map<String, TensorEntry> entries;
  private final Map<String, String> metadata;

  private SafeTensors(
      Path file, long dataStart, Map<String, TensorEntry> entries, Map<String, String> metadata) {
    this.file = file;
    this.dataStart = dataStart;
    this.entries = entries;
    this.metadata = metadata;
  }

  /**
   * Reads and checks the header of a file.
   *
   * @throws IOException when it is not a safetensors file, its header and its size do not agree, or
   *     it has a checksum that is wrong
   */
  public static SafeTensors open(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new FileNotFoundException(
          "%s does not exist: give the path of a safetensors file".formatted(file));
    }

    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      long headerBytes = size < LENGTH_BYTES ? -1 : read(channel, 0, LENGTH_BYTES).getLong();
      if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES || headerBytes > size - LENGTH_BYTES) {
        throw invalid(
            file,
            PickledFile.is(channel)
                ? PickledFile.advice(file)
                : "its first 8 bytes are not the length of a header");
      }

      byte[] header = read(channel, LENGTH_BYTES, (int) headerBytes).array();
      long dataStart = LENGTH_BYTES + headerBytes;
      Map<String, TensorEntry> entries = new TreeMap<>();
      Map<String, String> metadata = new TreeMap<>();
      try {
        String text = new String(header, StandardCharsets.UTF_8);
        requireShallow(text);
        JsonObject json = JsonParser.parseString(text).getAsJsonObject();
        for (Map.Entry<String, JsonElement> member : json.entrySet()) {
          JsonObject value = member.getValue().getAsJsonObject();
          if (member.getKey().equals(METADATA)) {
            value.entrySet().forEach(e -> metadata.put(e.getKey(), e.getValue().getAsString()));
          } else {
            entries.put(member.getKey(), entry(value));
          }
        }
      } catch (RuntimeException e) { // from Gson, and from values of another type
        throw invalid(file, "its header does not follow the format (" + e.getMessage() + ")");
      }

      check(file, entries, size - dataStart);
      requireChecksum(file, channel, header, dataStart, metadata.get(FileChecksum.KEY));
      return new SafeTensors(file, dataStart, entries, metadata);
    }
  }

  /** Names of the tensors in order. */
  public Set<String> names() {
    return entries.keySet();
  }

  /** Whether the file has a checksum, which was compared when it was opened. */
  public boolean isChecked() {
    return metadata.containsKey(FileChecksum.KEY);
  }

  /** Free text of the file by name. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** Sizes of the dimensions of a tensor. */
  public List<Long> shape(String name) {
    return entry(name).shape();
  }

  /** Whether a tensor holds floating-point numbers of any precision. */
  public boolean isFloating(String name) {
    return entry(name).type().isFloating();
  }

  /**
   * All values of a tensor as float32, row by row.
   *
   * @throws IOException when the file cannot be read
   */
  public float[] floats(String name) throws IOException {
    return floats(name, 0, entry(name).elements());
  }

  /**
   * Some values of a tensor as float32, counted row by row.
   *
   * @param from the first value
   * @param to the value after the last
   * @throws IOException when the file cannot be read
   */
  public float[] floats(String name, long from, long to) throws IOException {
    TensorEntry entry = entry(name);
    long bytesEach = (entry.end() - entry.begin()) / Math.max(1, entry.elements());
    float[] values = new float[Math.toIntExact(to - from)];
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer bytes =
          channel
              .map(
                  MapMode.READ_ONLY,
                  dataStart + entry.begin() + from * bytesEach,
                  (to - from) * bytesEach)
              .order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < values.length; i++) {
        values[i] = entry.type().floatAt(bytes, i);
      }
    }
    return values;
  }

  private TensorEntry entry(String name) {
    TensorEntry entry = entries.get(name);
    if (entry == null) {
      throw new IllegalArgumentException("%s has no tensor %s".formatted(file, name));
    }

    return entry;
  }

  private static void requireChecksum(
      Path file, FileChannel channel, byte[] header, long dataStart, String wanted)
      throws IOException {
    if (wanted == null) { // files of other programs have none
      return;
    }

    String found;
    try {
      found = FileChecksum.of(channel, header, dataStart);
    } catch (IllegalArgumentException e) {
      throw invalid(file, e.getMessage());
    }
    if (!found.equals(wanted)) {
      throw new IOException(
          "%s is damaged: its checksum is %s, its metadata says %s. Copy it again from where it was published, or export the model again"
              .formatted(file, found, Printable.line(wanted)));
    }
  }

  /** The reader of JSON calls itself for each level: many of them would take all of its stack. */
  private static void requireShallow(String json) {
    int depth = 0;
    boolean inText = false;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c == '"') {
        inText = !inText;
      } else if (inText) {
        i += c == '\\' ? 1 : 0; // the next character is escaped
      } else if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      }
      if (depth > MAX_DEPTH) {
        throw new IllegalArgumentException("it has more than %d levels".formatted(MAX_DEPTH));
      }
    }
  }

  private static TensorEntry entry(JsonObject json) {
    List<Long> shape = new ArrayList<>();
    for (JsonElement size : json.getAsJsonArray("shape")) {
      if (size.getAsLong() < 0) {
        throw new IllegalArgumentException("a negative size");
      }
      shape.add(size.getAsLong());
    }

    JsonArray offsets = json.getAsJsonArray("data_offsets");
    TensorType type = TensorType.of(json.get("dtype").getAsString());
    return new TensorEntry(
        type, List.copyOf(shape), offsets.get(0).getAsLong(), offsets.get(1).getAsLong());
  }

  /** The tensors must fill the data without gaps and overlaps, each in the length of its shape. */
  private static void check(Path file, Map<String, TensorEntry> entries, long dataBytes)
      throws IOException {
    List<TensorEntry> inOrder = new ArrayList<>(entries.values());
    inOrder.sort((a, b) -> Long.compare(a.begin(), b.begin()));
    long position = 0;
    for (TensorEntry entry : inOrder) {
      boolean fits;
      try {
        long length = Math.subtractExact(entry.end(), entry.begin());
        fits = entry.begin() == position && entry.type().fits(entry.elements(), length);
      } catch (ArithmeticException e) {
        fits = false;
      }
      if (!fits || entry.end() > dataBytes) {
        throw invalid(file, "its tensors do not lie one after the other");
      }

      position = entry.end();
    }

    if (position != dataBytes) {
      throw invalid(
          file,
          "it has %,d bytes of data, its header describes %,d".formatted(dataBytes, position));
    }
  }

  private static ByteBuffer read(FileChannel channel, long position, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new IOException(
            "The file became shorter while it was read: try again when it is complete");
      }
    }

    return buffer.flip();
  }

  private static IOException invalid(Path file, String why) {
    return new IOException("%s is not a safetensors file: %s".formatted(file, why));
  }
}

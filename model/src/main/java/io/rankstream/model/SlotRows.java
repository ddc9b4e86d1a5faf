package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import io.rankstream.model.network.Slot;
import io.rankstream.model.safetensors.SafeTensors;
import io.rankstream.model.safetensors.SafeTensorsWriter;
import java.io.IOException;

/**
 * Moves the array of a slot between a flat buffer and a file, some rows at a time: the heap of Java
 * never holds a whole model.
 */
final class SlotRows {

  private static final int PART_VALUES = 1 << 18;

  private SlotRows() {}

  /**
   * Writes the first rows of an array.
   *
   * @param buffer flat buffer that the array lies in
   */
  static void write(Slot slot, long rows, NDArray buffer, SafeTensorsWriter.Writer out)
      throws IOException {
    long each = rowsInAPart(slot);
    for (long row = 0; row < rows; row += each) {
      try (NDArray part = part(slot, row, Math.min(rows, row + each), buffer)) {
        out.write(slot.fromFlat(part.toFloatArray()));
      }
    }
  }

  /**
   * Reads the rows that a file has; those that it has not keep their values.
   *
   * @param buffer flat buffer that the array lies in
   */
  static void read(Slot slot, SafeTensors file, NDArray buffer) throws IOException {
    long rows = file.shape(slot.name()).get(0);
    long each = rowsInAPart(slot);
    for (long row = 0; row < rows; row += each) {
      long end = Math.min(rows, row + each);
      float[] values = file.floats(slot.name(), row * slot.rowSize(), end * slot.rowSize());
      try (NDArray part = buffer.getManager().create(slot.toFlat(values))) {
        buffer.set(index(slot, row, end), part); // copies
      }
    }
  }

  private static long rowsInAPart(Slot slot) {
    return Math.max(1, PART_VALUES / slot.rowSize());
  }

  private static NDArray part(Slot slot, long from, long to, NDArray buffer) {
    return buffer.get(index(slot, from, to));
  }

  private static NDIndex index(Slot slot, long from, long to) {
    return new NDIndex(
        "{}:{}", slot.offset() + from * slot.rowSize(), slot.offset() + to * slot.rowSize());
  }
}

package io.rankstream.model.safetensors;

import java.util.List;

/**
 * A tensor in a file.
 *
 * @param type element type
 * @param shape sizes of its dimensions
 * @param begin first byte, counted from the end of the header
 * @param end byte after the last
 */
record TensorEntry(TensorType type, List<Long> shape, long begin, long end) {

  long elements() {
    long elements = 1;
    for (long size : shape) {
      elements = Math.multiplyExact(elements, size);
    }

    return elements;
  }
}

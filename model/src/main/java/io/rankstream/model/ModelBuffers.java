package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The state of a model between steps: named float32 vectors on the device. A snapshot holds one
 * copy of each, in the order in which they were added.
 */
final class ModelBuffers {

  /** The trained parameters. */
  static final String PARAMETERS = "parameters";

  /** The running statistics of BatchNorm. */
  static final String STATISTICS = "statistics";

  /** The moving average of the parameters. */
  static final String AVERAGE = "average";

  /** The moving average of the running statistics. */
  static final String AVERAGE_STATISTICS = "average-statistics";

  /** The centres of the classes that a ranking loss keeps. */
  static final String CENTERS = "centers";

  /** The images of each class in the steps so far, which logit adjustment counts. */
  static final String CLASS_COUNTS = "class-counts";

  /** Buffers that consist of a row for each possible class. */
  static final Set<String> HAVE_A_ROW_FOR_EACH_CLASS = Set.of(CENTERS, CLASS_COUNTS);

  /** Buffers that replicas of a model average; the others stay their own. */
  static final Set<String> AVERAGED_OVER_REPLICAS =
      Set.of(PARAMETERS, STATISTICS, AVERAGE, AVERAGE_STATISTICS, CENTERS, CLASS_COUNTS);

  private final NDManager manager;
  private final Map<String, NDArray> buffers = new LinkedHashMap<>();

  /**
   * @param manager owner of the buffers
   */
  ModelBuffers(NDManager manager) {
    this.manager = manager;
  }

  /** Adds a buffer with initial values; an array made from Java memory would stay tied to it. */
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

  /** Copies of the buffers, to be closed by the caller. */
  HostBuffers copies() {
    HostBuffers copies = new HostBuffers();
    buffers.forEach((name, buffer) -> copies.addCopy(name, buffer));
    return copies;
  }

  /** Copies of the buffers that replicas average, to be closed by the caller. */
  HostBuffers copiesToAverage() {
    HostBuffers copies = new HostBuffers();
    buffers.forEach(
        (name, buffer) -> {
          if (AVERAGED_OVER_REPLICAS.contains(name)) {
            copies.addCopy(name, buffer);
          }
        });
    return copies;
  }

  /**
   * Checks that copies can be restored.
   *
   * @throws IOException when a copy has another size than its buffer
   */
  void requireSizes(HostBuffers copies) throws IOException {
    for (Map.Entry<String, NDArray> buffer : buffers.entrySet()) {
      if (copies.contains(buffer.getKey())) {
        copies.get(buffer.getKey(), buffer.getValue().size());
      }
    }
  }

  /**
   * Overwrites buffers with copies of the same name and size. A buffer without a copy keeps its
   * values, a copy without a buffer is ignored: optimizer and losses may change between two runs.
   */
  void restore(HostBuffers copies) {
    copies.forEach(
        (name, copy) -> {
          NDArray buffer = buffers.get(name);
          if (buffer != null) {
            fill(buffer, copy);
          }
        });
  }

  /**
   * Writes values into the memory of a buffer, where its views see them. DJL's own {@code copyTo}
   * gives the buffer other memory and leaves the views behind.
   */
  static void overwrite(NDArray buffer, NDArray values) {
    buffer.set(new NDIndex(":"), values);
  }

  private void fill(NDArray buffer, NDArray copy) {
    if (!manager.getDevice().isGpu()) {
      overwrite(buffer, copy);
      return;
    }

    try (NDArray values = copy.toDevice(manager.getDevice(), false)) {
      overwrite(buffer, values);
    }
  }

  private NDArray keep(String name, NDArray buffer) {
    buffers.put(name, buffer);
    return buffer;
  }
}

package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * One named array of a network. Its values lie row by row in a flat buffer, except for the kernels
 * of convolutions: there the input channels come last, in the layout of the maps. Otherwise each
 * pass would rearrange every kernel and its gradient.
 *
 * @param index position among the arrays of its kind
 * @param name name as in torchvision, such as {@code layer1.0.conv1.weight}
 * @param shape shape of the array
 * @param offset first value in the flat buffer
 * @param trained true for a parameter, false for a running statistic
 * @param initializer initial values
 */
public record Slot(
    int index, String name, Shape shape, long offset, boolean trained, Initializer initializer) {

  private static final int KERNEL_DIMENSIONS = 4;

  /** Values in a row: what an index of the first dimension stands for. */
  public int rowSize() {
    return size() / Math.toIntExact(shape.get(0));
  }

  /**
   * Some rows in the order of the flat buffer, where rows follow each other without a gap.
   *
   * @param rows whole rows, value by value in the order of the shape
   */
  public float[] toFlat(float[] rows) {
    if (!isKernel()) {
      return rows;
    }

    float[] flat = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      flat[place(i)] = rows[i];
    }
    return flat;
  }

  /**
   * Some rows in the order of the shape.
   *
   * @param flat whole rows as they lie in the flat buffer
   */
  public float[] fromFlat(float[] flat) {
    if (!isKernel()) {
      return flat;
    }

    float[] rows = new float[flat.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = flat[place(i)];
    }
    return rows;
  }

  /**
   * The array in its own shape, as a view.
   *
   * @param values its part of a flat buffer, {@code [size]}
   */
  NDArray shaped(NDArray values) {
    if (!isKernel()) {
      return shape.dimension() == 1 ? values : values.reshape(shape);
    }

    return values
        .reshape(shape.get(0), shape.get(2), shape.get(3), shape.get(1))
        .transpose(0, 3, 1, 2);
  }

  int size() {
    return Math.toIntExact(shape.size());
  }

  private boolean isKernel() {
    return shape.dimension() == KERNEL_DIMENSIONS;
  }

  /** Place of the i-th value of kernels, counted in their shape, when input channels come last. */
  private int place(int i) {
    int inputs = Math.toIntExact(shape.get(1));
    int area = Math.toIntExact(shape.get(2) * shape.get(3));
    int output = i / (inputs * area);
    int input = i / area % inputs;
    return (output * area + i % area) * inputs + input;
  }
}

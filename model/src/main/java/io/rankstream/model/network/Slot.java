package io.rankstream.model.network;

import ai.djl.ndarray.types.Shape;

/**
 * One named array of a network.
 *
 * @param index position among the arrays of its kind
 * @param name name as torchvision writes it, such as {@code layer1.0.conv1.weight}
 * @param shape shape of the array
 * @param offset first value in the flat buffer
 * @param trained true for a parameter, false for a running statistic
 * @param initializer first values
 */
public record Slot(
    int index, String name, Shape shape, long offset, boolean trained, Initializer initializer) {

  int size() {
    return Math.toIntExact(shape.size());
  }
}

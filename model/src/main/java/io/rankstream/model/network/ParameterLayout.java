package io.rankstream.model.network;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Places of a network's arrays in two flat buffers: one for the trained parameters, one for the
 * running statistics. Arrays start at multiples of {@value #ALIGNMENT} values.
 */
public final class ParameterLayout {

  static final int ALIGNMENT = 64;

  private final List<Slot> parameters = new ArrayList<>();
  private final List<Slot> statistics = new ArrayList<>();
  private final List<Folding> foldings = new ArrayList<>();

  /** Declares a trained parameter. */
  public Slot parameter(String name, Initializer initializer, long... shape) {
    return add(parameters, name, initializer, true, shape);
  }

  /** Declares a running statistic. */
  public Slot statistic(String name, float initial, long... shape) {
    return add(statistics, name, Initializer.constant(initial), false, shape);
  }

  /** Declares that a BatchNorm follows a convolution whose output goes nowhere else. */
  void folding(Folding folding) {
    foldings.add(folding);
  }

  /** The BatchNorms that may become part of the convolution before them. */
  public List<Folding> foldings() {
    return List.copyOf(foldings);
  }

  /** The trained parameters in order of declaration. */
  public List<Slot> parameters() {
    return List.copyOf(parameters);
  }

  /** The running statistics in order of declaration. */
  public List<Slot> statistics() {
    return List.copyOf(statistics);
  }

  /** Values in the flat parameter buffer, padding included. */
  public int parametersSize() {
    return bufferSize(parameters);
  }

  /** Values in the flat statistics buffer, padding included. */
  public int statisticsSize() {
    return bufferSize(statistics);
  }

  /** Values that all trained parameters need, padding included, also where no buffer holds them. */
  public long parametersLength() {
    return Math.max(ALIGNMENT, size(parameters));
  }

  /** Initial values of the flat parameter buffer. */
  public float[] initialParameters(long seed) {
    return initial(parameters, seed);
  }

  /** Initial values of the flat statistics buffer. */
  public float[] initialStatistics() {
    return initial(statistics, 0);
  }

  private static Slot add(
      List<Slot> slots, String name, Initializer initializer, boolean trained, long... shape) {
    Slot slot = new Slot(slots.size(), name, new Shape(shape), size(slots), trained, initializer);
    slots.add(slot);
    return slot;
  }

  private static float[] initial(List<Slot> slots, long seed) {
    float[] values = new float[bufferSize(slots)];
    Random random = new Random(seed);
    for (Slot slot : slots) {
      float[] rows = new float[slot.size()];
      slot.initializer().fill(rows, random);
      System.arraycopy(slot.toFlat(rows), 0, values, Math.toIntExact(slot.offset()), rows.length);
    }

    return values;
  }

  private static int bufferSize(List<Slot> slots) {
    return Math.max(ALIGNMENT, Math.toIntExact(size(slots)));
  }

  private static long size(List<Slot> slots) {
    if (slots.isEmpty()) {
      return 0;
    }

    Slot last = slots.get(slots.size() - 1);
    long end = last.offset() + last.shape().size();
    return (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}

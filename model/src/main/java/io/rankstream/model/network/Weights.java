package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The arrays of a network as views into its two flat buffers: a write to a buffer is seen through
 * the views.
 */
public final class Weights {

  private final List<NDArray> parameters;
  private final List<NDArray> statistics;
  private final BitSet frozen;

  private Weights(List<NDArray> parameters, List<NDArray> statistics, BitSet frozen) {
    this.parameters = parameters;
    this.statistics = statistics;
    this.frozen = frozen;
  }

  /**
   * Makes the views.
   *
   * @param layout where the arrays lie
   * @param parameters flat buffer of the parameters, shape {@code [n]}; when it requires a
   *     gradient, the gradient of whatever is computed from the views arrives in it as one vector.
   *     The views attach to its manager.
   * @param statistics views of the statistics, made once with {@link #statistics}
   */
  public Weights(ParameterLayout layout, NDArray parameters, List<NDArray> statistics) {
    this(views(layout.parameters(), parameters), statistics, new BitSet());
  }

  /**
   * The same with some parameters taken from other views, so that no gradient is computed for them.
   *
   * @param fixed where the frozen parameters come from; no gradient is collected there
   * @param slots the frozen parameters
   */
  public Weights withFrozen(Weights fixed, List<Slot> slots) {
    List<NDArray> mixed = new ArrayList<>(parameters);
    BitSet indices = new BitSet();
    for (Slot slot : slots) {
      mixed.set(slot.index(), fixed.get(slot));
      indices.set(slot.index());
    }

    return new Weights(mixed, statistics, indices);
  }

  /** Whether a parameter stays as it is in this pass. */
  boolean isFrozen(Slot slot) {
    return slot.trained() && frozen.get(slot.index());
  }

  /** Views of the running statistics. */
  public static List<NDArray> statistics(ParameterLayout layout, NDArray flat) {
    return views(layout.statistics(), flat);
  }

  /** The array of a slot. */
  public NDArray get(Slot slot) {
    return slot.trained() ? parameters.get(slot.index()) : statistics.get(slot.index());
  }

  private static List<NDArray> views(List<Slot> slots, NDArray flat) {
    if (slots.isEmpty()) {
      return List.of();
    }

    // One native split into array, padding, array, padding, …; the last piece is what follows the
    // last array.
    long[] cuts =
        slots.stream()
            .flatMapToLong(
                slot -> LongStream.of(slot.offset(), slot.offset() + slot.shape().size()))
            .skip(1)
            .toArray();
    NDList pieces = flat.split(cuts);
    List<NDArray> views = new ArrayList<>(slots.size());
    for (Slot slot : slots) {
      NDArray piece = pieces.get(2 * slot.index());
      views.add(slot.shaped(piece));
    }

    return views;
  }
}

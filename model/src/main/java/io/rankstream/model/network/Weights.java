package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

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
   * @param parameters flat buffer of the parameters, shape {@code [n]}. The views attach to its
   *     manager.
   * @param statistics views of the statistics, made once with {@link #statistics}
   */
  public Weights(ParameterLayout layout, NDArray parameters, List<NDArray> statistics) {
    this(views(layout.parameters(), parameters), statistics, new BitSet());
  }

  /**
   * Makes the views from the segments of the flat buffer.
   *
   * @param segments what the parts hold: together all parameters, in order
   * @param parts as {@link Segment#cut} gives them; the gradient of whatever is computed from the
   *     views arrives in those that require one. The views attach to their manager.
   * @param statistics views of the statistics, made once with {@link #statistics}
   */
  public Weights(List<Segment> segments, NDList parts, List<NDArray> statistics) {
    this(
        IntStream.range(0, segments.size())
            .boxed()
            .flatMap(i -> segments.get(i).views(parts.get(i)).stream())
            .toList(),
        statistics,
        new BitSet());
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
    return slots.isEmpty() ? List.of() : new Segment(slots).views(flat);
  }
}

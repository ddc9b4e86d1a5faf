package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The arrays of a network as views into its two flat buffers: a write to a buffer is seen through
 * the views.
 */
public final class Weights {

  private final List<NDArray> parameters;
  private final List<NDArray> statistics;
  private final BitSet frozen;
  private final Map<Integer, NDArray> biases; // of folded convolutions, by the index of the kernels
  private final BitSet folded; // indices of the scales of folded BatchNorms

  private Weights(
      List<NDArray> parameters,
      List<NDArray> statistics,
      BitSet frozen,
      Map<Integer, NDArray> biases,
      BitSet folded) {
    this.parameters = parameters;
    this.statistics = statistics;
    this.frozen = frozen;
    this.biases = biases;
    this.folded = folded;
  }

  private Weights(List<NDArray> parameters, List<NDArray> statistics) {
    this(parameters, statistics, new BitSet(), Map.of(), new BitSet());
  }

  /**
   * Makes the views.
   *
   * @param layout places of the arrays
   * @param parameters flat buffer of the parameters, shape {@code [n]}. The views attach to its
   *     manager.
   * @param statistics views of the statistics, made once with {@link #statistics}
   */
  public Weights(ParameterLayout layout, NDArray parameters, List<NDArray> statistics) {
    this(views(layout.parameters(), parameters), statistics);
  }

  /**
   * Makes the views from the segments of the flat buffer.
   *
   * @param segments the segments of the parts: together all parameters, in order
   * @param parts the result of {@link Segment#cut}. Parts that require a gradient collect that of
   *     everything computed from the views. The views attach to their manager.
   * @param statistics views of the statistics, made once with {@link #statistics}
   */
  public Weights(List<Segment> segments, NDList parts, List<NDArray> statistics) {
    this(
        IntStream.range(0, segments.size())
            .boxed()
            .flatMap(i -> segments.get(i).views(parts.get(i)).stream())
            .toList(),
        statistics);
  }

  /**
   * The same views, but for some parameters those of other weights, so that no gradient is computed
   * for them.
   *
   * @param fixed views of the frozen parameters, which require no gradient
   * @param slots the frozen parameters
   */
  public Weights withFrozen(Weights fixed, List<Slot> slots) {
    List<NDArray> mixed = new ArrayList<>(parameters);
    BitSet indices = new BitSet();
    for (Slot slot : slots) {
      mixed.set(slot.index(), fixed.get(slot));
      indices.set(slot.index());
    }

    return new Weights(mixed, statistics, indices, Map.of(), new BitSet());
  }

  /**
   * The same views with BatchNorms folded into the convolutions before them. Their buffers are
   * overwritten: this is for weights that serve and never train again.
   *
   * @param foldings each once
   */
  public Weights folded(List<Folding> foldings) {
    Map<Integer, NDArray> shifts = new HashMap<>();
    BitSet scales = new BitSet();
    for (Folding folding : foldings) {
      folding.apply(this);
      shifts.put(folding.kernel().index(), get(folding.shift()));
      scales.set(folding.scale().index());
    }

    return new Weights(parameters, statistics, frozen, shifts, scales);
  }

  /** The bias of a convolution that took over its BatchNorm; null for any other. */
  NDArray foldedBias(Slot kernel) {
    return biases.get(kernel.index());
  }

  /** Whether the convolution before a BatchNorm does its work. */
  boolean isFolded(Slot scale) {
    return folded.get(scale.index());
  }

  /** Whether a parameter is frozen in this pass. */
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

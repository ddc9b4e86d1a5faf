package io.rankstream.model.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Parameters side by side in the flat buffer that get their gradient as one vector. A large array
 * is a segment by itself: its gradient stays where the backward pass wrote it and is not copied
 * next to those of its neighbours.
 *
 * @param slots the arrays, in order
 */
public record Segment(List<Slot> slots) {

  /** Copies the list. */
  public Segment {
    slots = List.copyOf(slots);
  }

  /**
   * Groups the parameters of a network into segments.
   *
   * @param large number of values from which an array is a segment by itself
   */
  public static List<Segment> of(ParameterLayout layout, long large) {
    List<Segment> segments = new ArrayList<>();
    List<Slot> small = new ArrayList<>();
    for (Slot slot : layout.parameters()) {
      boolean alone = slot.size() >= large;
      if (alone && !small.isEmpty()) {
        segments.add(new Segment(small));
        small.clear();
      }
      small.add(slot);
      if (alone) {
        segments.add(new Segment(small));
        small.clear();
      }
    }
    if (!small.isEmpty()) {
      segments.add(new Segment(small));
    }

    return segments;
  }

  /**
   * The parts of a flat buffer that belong to segments, as views, without the padding between
   * segments.
   *
   * @param flat {@code [n]}
   */
  public static NDList cut(List<Segment> segments, NDArray flat) {
    return everySecond(
        flat, segments.stream().flatMapToLong(s -> LongStream.of(s.from(), s.to())).toArray());
  }

  /**
   * The arrays of this segment in their own shapes, as views.
   *
   * @param values the segment's part of a flat buffer, {@code [to − from]}
   */
  List<NDArray> views(NDArray values) {
    if (slots.size() == 1) {
      return List.of(slots.get(0).shaped(values));
    }

    NDList pieces =
        everySecond(
            values,
            slots.stream()
                .flatMapToLong(
                    s -> LongStream.of(s.offset() - from(), s.offset() - from() + s.size()))
                .toArray());
    List<NDArray> views = new ArrayList<>(slots.size());
    for (int i = 0; i < slots.size(); i++) {
      views.add(slots.get(i).shaped(pieces.get(i)));
    }

    return views;
  }

  private long from() {
    return slots.get(0).offset();
  }

  private long to() {
    Slot last = slots.get(slots.size() - 1);
    return last.offset() + last.size();
  }

  /**
   * One native split into piece, padding, piece, padding, …
   *
   * @param bounds start and end of each piece, the first start being 0
   */
  private static NDList everySecond(NDArray flat, long[] bounds) {
    NDList all = flat.split(LongStream.of(bounds).skip(1).toArray());
    NDList pieces = new NDList(bounds.length / 2);
    for (int i = 0; i < bounds.length; i += 2) {
      pieces.add(all.get(i));
      all.get(i + 1).close(); // the padding, or what follows the last piece
    }

    return pieces;
  }
}

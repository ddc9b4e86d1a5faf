package io.rankstream.pipeline.window;

/**
 * Counts what is left of {@code training.passes} for one stream. Each image that comes brings as
 * many places in batches, and each batch takes its own; what a busy stream does not use, up to so
 * many passes over the images that the window holds, is left for quiet times. The counter is in the
 * state, so that a restored window owes the same.
 */
final class PassBudget {

  private final int passes;
  private final WindowCounters counters;
  private final ClassTable table;

  /**
   * @param passes places that an image brings
   * @param counters counters of the stream, with the places that are left
   * @param table classes of the stream
   */
  PassBudget(int passes, WindowCounters counters, ClassTable table) {
    this.passes = passes;
    this.counters = counters;
    this.table = table;
  }

  /** An image came. */
  void grow() {
    counters.placesOwed += passes;
  }

  /** A batch was put together. */
  void spend(int places) {
    long most = (long) passes * (table.fresh() + table.kept());
    counters.placesOwed = Math.max(0, Math.min(counters.placesOwed, most) - places);
  }

  /** Whether places are left, and training has classes to fill them with. */
  boolean isLeft() {
    return counters.placesOwed > 0 && passes > 0 && table.queue().ready() >= 2;
  }
}

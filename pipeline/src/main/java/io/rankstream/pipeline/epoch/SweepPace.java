package io.rankstream.pipeline.epoch;

/** Spreads records over time: in no time more than the rate allows, and a tenth of a second's. */
final class SweepPace {

  private static final double NANOS_PER_MILLI = 1e6;
  private static final double BURST_MILLIS = 100; // timers are not exact

  private final double millisEach; // 0 for no limit
  private double next = Double.NEGATIVE_INFINITY; // time of the next record in milliseconds

  /**
   * @param rate largest number of records a second; 0 for no limit
   */
  SweepPace(double rate) {
    this.millisEach = rate > 0 ? 1000 / rate : 0;
  }

  /**
   * Takes the turn of the next record.
   *
   * @param nanoTime present time, see {@link System#nanoTime()}
   * @return 0 when it is its turn; else milliseconds after which to ask again
   */
  long await(long nanoTime) {
    double now = nanoTime / NANOS_PER_MILLI;
    if (now < next) {
      return (long) Math.ceil(next - now);
    }

    next = Math.max(next, now - BURST_MILLIS) + millisEach;
    return 0;
  }
}

package io.rankstream.pipeline.window;

/**
 * The counters of one stream's window: what cannot be derived from the ledgers of its classes. A
 * mutable bean; the state gets a copy of it after each image. Its name is part of savepoints.
 */
public final class WindowCounters {

  /** Batches emitted so far. */
  public long batches;

  /** Groups of K images emitted so far for training. */
  public long turns;

  /** Images that left a reservoir so far because the memory was full. */
  public long evictions;

  /** Ordinal of the next class that appears. */
  public int nextOrdinal;

  /** Labelled images since the last training batch. */
  public long sinceTraining;

  /** Processing time of the last training batch; 0 before the first. */
  public long lastTraining;

  /** Processing time of the timer for the oldest fresh image; 0 when there is no timer. */
  public long freshTimer;

  /** Processing time of the last image; 0 before the first. */
  public long lastArrival;

  /** The time that the stream has been active, in milliseconds; see {@link StreamAge}. */
  public long activeMillis;

  /** Exponent γ of the traffic in the last batch that was due, 0 to 1. */
  public double balance;

  /** Places in batches that are left of {@code training.passes}; see {@link PassBudget}. */
  public long placesOwed;

  /** Processing time of the timer for the next of these batches; 0 when there is no timer. */
  public long passTimer;

  /** Counters that go on from here by themselves. */
  WindowCounters copy() {
    WindowCounters copy = new WindowCounters();
    copy.batches = batches;
    copy.turns = turns;
    copy.evictions = evictions;
    copy.nextOrdinal = nextOrdinal;
    copy.sinceTraining = sinceTraining;
    copy.lastTraining = lastTraining;
    copy.freshTimer = freshTimer;
    copy.lastArrival = lastArrival;
    copy.activeMillis = activeMillis;
    copy.balance = balance;
    copy.placesOwed = placesOwed;
    copy.passTimer = passTimer;
    return copy;
  }
}

package io.rankstream.pipeline.window;

import java.time.Duration;

/**
 * Measures for how long a class has been silent, in the active time of its stream. Active time goes
 * on with the clock while images come. A pause counts for at most a tenth of {@code
 * window.class-ttl}: a stream or a job that stood still for weeks does not lose its classes when it
 * goes on.
 */
final class StreamAge {

  private static final long LONGEST_PAUSE_WITHOUT_TTL = Duration.ofHours(1).toMillis();
  private static final int PAUSES_IN_TTL = 10;
  private static final int GRAINS_IN_TTL = 100;

  private final long ttl;

  /**
   * @param ttl silence after which a class retires; zero for never
   */
  StreamAge(Duration ttl) {
    this.ttl = ttl.toMillis();
  }

  /** Moves the active time on to an image that arrives at a processing time. */
  void arrive(WindowCounters counters, long now) {
    if (counters.lastArrival != 0) {
      long pause = Math.max(0, now - counters.lastArrival); // a clock can be set back
      long longest = ttl == 0 ? LONGEST_PAUSE_WITHOUT_TTL : Math.max(1, ttl / PAUSES_IN_TTL);
      counters.activeMillis += Math.min(pause, longest);
    }
    counters.lastArrival = now;
  }

  /** The active time, rounded down so that a busy class seldom changes its place. */
  long seen(WindowCounters counters) {
    long grain = Math.max(1, (ttl == 0 ? LONGEST_PAUSE_WITHOUT_TTL : ttl) / GRAINS_IN_TTL);
    return counters.activeMillis - counters.activeMillis % grain;
  }

  /** Whether a class that was seen at an active time retires now. */
  boolean isOver(WindowCounters counters, long seen) {
    return ttl > 0 && counters.activeMillis - seen > ttl;
  }
}

package io.rankstream.lab.fuzz;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;

/** Times of hostile records, in milliseconds since the epoch. */
public final class EventTimes {

  /** Event time of the records whose time is no attack. */
  static final Instant USUAL = Instant.ofEpochMilli(1_700_000_000_000L);

  private static final long YEAR_9999 = 253_402_300_799_999L;

  private EventTimes() {}

  /** A time at the limits of 64 bits. */
  static long extreme(Random random) {
    return any(
        random, Long.MIN_VALUE, Long.MAX_VALUE, -1, 0, Double.doubleToRawLongBits(Double.NaN));
  }

  /**
   * A time of a clock that starts in 1970, of a file that is a month or a century old, of a clock
   * that is days or millennia ahead, or one in seconds, microseconds or nanoseconds.
   */
  public static long ofWrongClock(Random random) {
    long usual = USUAL.toEpochMilli();
    long month = Duration.ofDays(30).toMillis();
    return any(
        random,
        0,
        1_000,
        usual - month,
        -month * 600,
        usual + month,
        YEAR_9999,
        usual / 1_000,
        usual * 1_000,
        usual * 1_000_000);
  }

  /**
   * Kafka's timestamp of a record whose producer has no clock, one that is a month late, or one in
   * seconds. Kafka itself refuses times before 1970 and by default those of the future. It may
   * delete a file of records that are all older than its retention: the first record of a topic
   * should have another time.
   */
  public static long ofBrokenClock(Random random) {
    long usual = USUAL.toEpochMilli();
    return any(random, 0, 1_000, usual - Duration.ofDays(30).toMillis(), usual / 1_000);
  }

  private static long any(Random random, long... times) {
    return times[random.nextInt(times.length)];
  }
}

package io.rankstream.pipeline.window;

import java.time.Duration;
import org.apache.flink.streaming.api.TimerService;

/** Sets the timer that limits how long an image waits. */
final class Deadlines {

  private Deadlines() {}

  /**
   * Sets a timer for the oldest fresh image. When an earlier timer is set, that one looks again
   * when it fires; a later one is from before a change of {@code batch.max-wait}.
   */
  static void set(StreamWindow window, TimerService timers, Duration maxWait) {
    WindowCounters counters = window.counters();
    Place oldest = window.table().oldestFresh();
    if (oldest != null) {
      counters.freshTimer = set(counters.freshTimer, oldest.rank() + maxWait.toMillis(), timers);
    }
  }

  private static long set(long timer, long deadline, TimerService timers) {
    if (timer != 0 && timer <= deadline) {
      return timer;
    }

    timers.registerProcessingTimeTimer(deadline);
    return deadline;
  }
}

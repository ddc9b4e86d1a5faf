package io.rankstream.pipeline.window;

import java.time.Duration;
import org.apache.flink.streaming.api.TimerService;

/** Sets the timers that limit how long an image waits. */
final class Deadlines {

  private Deadlines() {}

  /** Sets a timer for each kind of waiting image that has none. */
  static void set(WindowClock clock, TimerService timers, Duration maxWait) {
    long deadline = timers.currentProcessingTime() + maxWait.toMillis();
    if (clock.freshWaiting > 0 && clock.trainingDeadline == 0) {
      clock.trainingDeadline = deadline;
      timers.registerProcessingTimeTimer(deadline);
    }
    if (clock.embeddingWaiting > 0 && clock.embeddingDeadline == 0) {
      clock.embeddingDeadline = deadline;
      timers.registerProcessingTimeTimer(deadline);
    }
  }
}

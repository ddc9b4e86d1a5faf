package io.rankstream.pipeline.window;

import java.time.Duration;
import org.apache.flink.streaming.api.TimerService;

/** When images that wait have waited long enough. */
final class Deadlines {

  private Deadlines() {}

  /** Sets a timer for each kind of image that waits without one. */
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

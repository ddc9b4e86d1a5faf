package io.rankstream.pipeline.window;

import io.rankstream.pipeline.config.Passes;
import org.apache.flink.streaming.api.TimerService;

/**
 * Says when {@code training.passes} are trained: one batch for each firing of a timer, from {@code
 * training.quiet} after the last image on. So a new image waits for one batch at most, and the pace
 * is that of the trainer, which takes the next batch when it has room.
 *
 * <p>The time that a job was down does not count as quiet: the images that it has to read again
 * come first, as they would have without the failure.
 */
final class QuietTraining {

  private static final long NEXT = 1; // ms; 0 would not let the task do anything else

  private final Passes config;

  QuietTraining(Passes config) {
    this.config = config;
  }

  /** Sets a timer if passes are left and none is set. */
  void setTimer(StreamWindow window, TimerService timers) {
    WindowCounters counters = window.counters();
    if (!config.atEnd() && counters.passTimer == 0 && window.owesPasses()) {
      long now = timers.currentProcessingTime();
      counters.passTimer = Math.max(now + NEXT, quietFrom(window));
      timers.registerProcessingTimeTimer(counters.passTimer);
    }
  }

  /** Whether a timer that fires is that of the passes, and the stream is quiet. */
  boolean isDue(StreamWindow window, long timer) {
    WindowCounters counters = window.counters();
    if (timer != counters.passTimer) {
      return false;
    }

    counters.passTimer = 0;
    return !config.atEnd() && window.owesPasses() && timer >= quietFrom(window);
  }

  private long quietFrom(StreamWindow window) {
    return Math.max(window.counters().lastArrival, window.opened()) + config.quiet().toMillis();
  }
}

package io.rankstream.pipeline.window;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.clock.Clock;
import org.apache.flink.util.function.ThrowingRunnable;

/**
 * The timers of an operator whose elements may let other work of the task in: a timer that is due
 * meanwhile fires when the element is done. Until then it stays in the state.
 */
final class TimersBetweenElements implements ProcessingTimeService {

  private final ProcessingTimeService timers;
  private final MailboxExecutor mailbox;
  private final Queue<ThrowingRunnable<Exception>> postponed = new ArrayDeque<>();
  private boolean isBusy;

  /**
   * @param timers the timers of the task
   * @param mailbox runs what was postponed
   */
  TimersBetweenElements(ProcessingTimeService timers, MailboxExecutor mailbox) {
    this.timers = timers;
    this.mailbox = mailbox;
  }

  /** Processes an element, a watermark or a timer; no timer fires meanwhile. */
  void hold(ThrowingRunnable<Exception> work) throws Exception {
    isBusy = true;
    try {
      work.run();
    } finally {
      isBusy = false;
    }
    // Not here: the task has to look at its input between two timers.
    for (var next = postponed.poll(); next != null; next = postponed.poll()) {
      mailbox.execute(next, "Timer of a window");
    }
  }

  @Override
  public ScheduledFuture<?> registerTimer(long time, ProcessingTimeCallback callback) {
    return timers.registerTimer(time, between(callback));
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(
      ProcessingTimeCallback callback, long initialDelay, long period) {
    return timers.scheduleAtFixedRate(between(callback), initialDelay, period);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(
      ProcessingTimeCallback callback, long initialDelay, long period) {
    return timers.scheduleWithFixedDelay(between(callback), initialDelay, period);
  }

  @Override
  public Clock getClock() {
    return timers.getClock();
  }

  @Override
  public CompletableFuture<Void> quiesce() {
    return timers.quiesce();
  }

  private ProcessingTimeCallback between(ProcessingTimeCallback callback) {
    return time -> fire(() -> callback.onProcessingTime(time));
  }

  private void fire(ThrowingRunnable<Exception> timer) throws Exception {
    if (isBusy) {
      postponed.add(() -> fire(timer));
    } else {
      hold(timer);
    }
  }
}

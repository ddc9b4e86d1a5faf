package io.rankstream.pipeline.tools.report;

import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayDeque;
import java.util.Deque;

/** Training steps a second over the last steps, by the times at which they were taken. */
public final class StepRate {

  private final int window;
  private final Deque<Long> millis = new ArrayDeque<>();

  /**
   * @param window number of steps that count, at least 2
   */
  public StepRate(int window) {
    this.window = window;
  }

  /** Adds a step. */
  public void add(TrainingMetrics step) {
    millis.add(step.getProcessedAt().toEpochMilli());
    if (millis.size() > window) {
      millis.remove();
    }
  }

  /** Steps a second from the first to the last step; 0 while they have the same millisecond. */
  public double perSecond() {
    if (millis.isEmpty() || millis.getLast().equals(millis.getFirst())) {
      return 0;
    }

    return (millis.size() - 1) * 1000.0 / (millis.getLast() - millis.getFirst());
  }
}

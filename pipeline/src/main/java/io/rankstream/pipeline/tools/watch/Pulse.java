package io.rankstream.pipeline.tools.watch;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The usual pause between arrivals of a stream's steps, from which an unusual silence is told.
 * Steps arrive in bursts, since a reader sees them when their checkpoint is complete. Not
 * thread-safe.
 */
final class Pulse {

  private static final long LEAST_SILENCE = 30_000;
  private static final int PAUSES = 9;
  private static final int USUAL_PAUSES = 4;

  /** Records that come closer together than this are of one burst. */
  private static final long BURST = 500;

  private final Deque<Long> pauses = new ArrayDeque<>();
  private Long last;

  /** Adds an arrival, by the clock of this machine in milliseconds. */
  void beat(long millis) {
    if (last != null && millis - last >= BURST) {
      pauses.add(millis - last);
      if (pauses.size() > PAUSES) {
        pauses.remove();
      }
    }
    last = millis;
  }

  /**
   * Milliseconds without a step that are no longer usual. By the median of the last pauses, so that
   * one long stop does not hide the next.
   */
  long unusualSilence() {
    long[] sorted = pauses.stream().mapToLong(each -> each).sorted().toArray();
    return sorted.length == 0
        ? LEAST_SILENCE
        : Math.max(LEAST_SILENCE, USUAL_PAUSES * sorted[(sorted.length - 1) / 2]);
  }
}

package io.rankstream.pipeline.train;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread of the training operator that computes. */
final class TrainingThread {

  /** Start of its name. */
  static final String NAME = "two-head-trainer";

  private static final Logger LOG = LoggerFactory.getLogger(TrainingThread.class);
  private static final long STEP_TIMEOUT_SECONDS = 120;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(new ExecutorThreadFactory(NAME));

  void execute(Runnable work) {
    thread.execute(work);
  }

  /**
   * Drops what waits, and waits for the work in progress: native code ignores interrupts, and what
   * it works on may be closed only after it has returned.
   *
   * @return whether the thread has ended
   */
  boolean stop() throws InterruptedException {
    thread.shutdownNow();
    boolean stopped = thread.awaitTermination(STEP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    if (!stopped) {
      LOG.warn(
          "A training step did not return within {} s. Its memory is freed when the process ends; restart this TaskManager if its memory runs short.",
          STEP_TIMEOUT_SECONDS);
    }
    return stopped;
  }
}

package io.rankstream.pipeline.drift;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that measures. It ends when it has nothing to do: a thread that has computed in
 * PyTorch keeps others beside it.
 */
final class MeasuringThread implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MeasuringThread.class);
  private static final long END_PATIENCE_SECONDS = 120;

  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          0,
          1,
          1,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          new ExecutorThreadFactory("drift-measure"));

  void execute(Runnable work) {
    thread.execute(work);
  }

  /** Ends the measurement behind the batch or the decomposition that is being computed. */
  @Override
  public void close() throws InterruptedException {
    thread.shutdownNow();
    if (!thread.awaitTermination(END_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      LOG.warn(
          "A measurement of drift did not end within {} s. Its memory is freed when it ends; restart this TaskManager if its memory runs short.",
          END_PATIENCE_SECONDS);
    }
  }
}

package io.rankstream.pipeline.epoch;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import org.apache.flink.util.function.ThrowingConsumer;
import org.apache.flink.util.function.ThrowingRunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Talks to Kafka and to the store of weights beside the task, one work after the other. A work that
 * fails with an {@link IOException} is repeated until it succeeds, ever more seldom: the epoch
 * waits, and everything else goes on.
 */
final class EpochThread implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EpochThread.class);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration END_PATIENCE = Duration.ofSeconds(30);

  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          0,
          1,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          new ExecutorThreadFactory("epochs"));

  private final Consumer<ThrowingRunnable<Exception>> taskThread;
  private final ProcessingTimeService timers;
  private boolean closed; // used in the task thread alone

  /**
   * @param taskThread runs an action in the task thread, later
   * @param timers timers of the task
   */
  EpochThread(Consumer<ThrowingRunnable<Exception>> taskThread, ProcessingTimeService timers) {
    this.taskThread = taskThread;
    this.timers = timers;
  }

  /**
   * Does some work.
   *
   * @param purpose completes "An epoch waits, since it cannot …"
   * @param isWanted asked in the task thread before the work is repeated, and before its result is
   *     taken
   * @param done takes the result in the task thread
   */
  <T> void run(
      String purpose,
      Callable<T> work,
      BooleanSupplier isWanted,
      ThrowingConsumer<T, Exception> done) {
    run(purpose, work, isWanted, done, FIRST_PAUSE);
  }

  /** Does some work whose end nobody waits for. */
  void run(String purpose, ThrowingRunnable<Exception> work) {
    run(
        purpose,
        () -> {
          work.run();
          return purpose;
        },
        () -> true,
        done -> {});
  }

  /** Ends the work and waits for its end. */
  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.shutdownNow();
    if (!thread.awaitTermination(END_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      LOG.warn(
          "The thread of the epochs does not end: Kafka or the store of weights does not answer");
    }
  }

  private <T> void run(
      String purpose,
      Callable<T> work,
      BooleanSupplier isWanted,
      ThrowingConsumer<T, Exception> done,
      Duration pause) {
    try {
      thread.execute(
          () -> {
            try {
              T result = work.call();
              inTask(isWanted, () -> done.accept(result));
            } catch (IOException e) {
              inTask(isWanted, () -> repeat(purpose, work, isWanted, done, pause, e));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt(); // the task ends
            } catch (Exception | Error e) {
              inTask(isWanted, () -> ExceptionUtils.rethrowException(e));
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("The task ends", e);
    }
  }

  private void inTask(BooleanSupplier isWanted, ThrowingRunnable<Exception> action) {
    taskThread.accept(
        () -> {
          if (!closed && isWanted.getAsBoolean()) {
            action.run();
          }
        });
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the task
  private <T> void repeat(
      String purpose,
      Callable<T> work,
      BooleanSupplier isWanted,
      ThrowingConsumer<T, Exception> done,
      Duration pause,
      IOException failure) {
    if (pause.equals(FIRST_PAUSE)) {
      LOG.warn(
          "An epoch waits, since it cannot {}. It is tried again until it works; the job goes on",
          purpose,
          failure);
    }
    Duration longer = pause.multipliedBy(2);
    Duration next = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
    timers.registerTimer(
        timers.getCurrentProcessingTime() + pause.toMillis(),
        time -> {
          if (!closed && isWanted.getAsBoolean()) {
            run(purpose, work, isWanted, done, next);
          }
        });
  }
}

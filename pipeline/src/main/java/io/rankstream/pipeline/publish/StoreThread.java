package io.rankstream.pipeline.publish;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import org.apache.flink.util.function.ThrowingRunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does one {@link StoreTask} after the other and waits ever longer while the store fails. Called in
 * the task thread; only the work with the store is done in a thread of its own, which ends when
 * nothing is to do.
 */
final class StoreThread implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(StoreThread.class);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
  private static final Duration END_PATIENCE = Duration.ofSeconds(30);

  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          0,
          1,
          1,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          new ExecutorThreadFactory("version-writer"));

  private final String store;
  private final Consumer<ThrowingRunnable<Exception>> taskThread;
  private final ProcessingTimeService timers;
  private final Runnable failed;
  private final Supplier<StoreTask> more;
  private final Queue<StoreTask> queue = new ArrayDeque<>();
  private StoreTask running; // guarded by this
  private boolean inStore; // guarded by this: the thread uses what the task holds
  private boolean closed; // guarded by this
  private boolean paused;
  private Duration pause = FIRST_PAUSE;

  /**
   * @param store name of the store, for messages
   * @param taskThread runs an action in the task thread, later
   * @param timers timers of the task
   * @param failed called in the task thread after each failed attempt
   * @param more supplies further tasks when the queue is empty, or null
   */
  StoreThread(
      String store,
      Consumer<ThrowingRunnable<Exception>> taskThread,
      ProcessingTimeService timers,
      Runnable failed,
      Supplier<StoreTask> more) {
    this.store = store;
    this.taskThread = taskThread;
    this.timers = timers;
    this.failed = failed;
    this.more = more;
  }

  /** Adds a task behind those that wait. */
  void add(StoreTask task) {
    queue.add(task);
    next();
  }

  /** Whether nothing runs or waits. */
  synchronized boolean isIdle() {
    return running == null && queue.isEmpty();
  }

  /** Starts the next task, unless one runs or the store needs a pause. */
  synchronized void next() {
    if (closed || paused || running != null) {
      return;
    }
    StoreTask task = queue.isEmpty() ? more.get() : queue.remove();
    if (task != null) {
      task.prepare();
      running = task;
      inStore = true;
      thread.execute(() -> attempt(task));
    }
  }

  /** Ends the running attempt and drops what waits. */
  @Override
  public void close() throws InterruptedException {
    synchronized (this) {
      closed = true;
    }
    thread.shutdownNow();
    if (!thread.awaitTermination(END_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      LOG.warn("{} does not answer; an attempt to write a version ends when it does", store);
    }
    synchronized (this) {
      if (running != null && !inStore) {
        running.close();
      }
    }
    queue.forEach(StoreTask::close);
    queue.clear();
  }

  private void attempt(StoreTask task) {
    Throwable failure = null;
    try {
      task.run();
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    } finally {
      synchronized (this) {
        inStore = false;
        if (closed) {
          running = null;
          task.close();
        }
      }
    }
    Throwable result = failure;
    taskThread.accept(() -> ended(task, result));
  }

  private void ended(StoreTask task, Throwable failure) {
    synchronized (this) {
      if (closed || running == null) {
        return;
      }
      running = null;
    }
    if (failure == null) {
      if (pause.compareTo(FIRST_PAUSE) > 0) {
        LOG.info("Versions are written to {} again", store);
      }
      pause = FIRST_PAUSE;
      task.done();
      task.close();
      next();
    } else if (failure instanceof Error error) {
      task.close();
      throw error;
    } else {
      failed(task, failure);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the task
  private void failed(StoreTask task, Throwable failure) {
    failed.run();
    if (pause.equals(FIRST_PAUSE)) {
      LOG.warn(
          "No version can be written to {}. Training and checkpoints go on; it is tried again until it works: check that the store is up, has space and lets the job write",
          store,
          failure);
    }
    paused = true;
    task.failed();
    timers.registerTimer(
        timers.getCurrentProcessingTime() + pause.toMillis(),
        time -> {
          paused = false;
          next();
        });
    Duration longer = pause.multipliedBy(2);
    pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
  }
}

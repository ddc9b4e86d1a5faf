package io.rankstream.pipeline.replica;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.flink.runtime.checkpoint.CheckpointCoordinator;
import org.apache.flink.runtime.checkpoint.PendingCheckpoint;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;
import org.apache.flink.util.function.ThrowingRunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the {@link RoundBook} in the JobManager. Flink calls in its main thread, which must never
 * wait; one thread of its own does everything, so that what is sent and the checkpoints that begin
 * stay in order; files are handled in another, since a store may be slow. Its state is empty: the
 * replicas hand in again.
 */
final class RoundCoordinator implements OperatorCoordinator {

  private static final Logger LOG = LoggerFactory.getLogger(RoundCoordinator.class);
  private static final long REPEAT_MILLIS = 500;
  private static final int ROUNDS_BETWEEN_SWEEPS = 100;

  private final Context context;
  private final JobRounds directory;
  private final ScheduledThreadPoolExecutor thread;
  private final ExecutorService files;
  private final RoundBook book = new RoundBook(new Flink());
  private final Map<Integer, SubtaskGateway> gateways = new HashMap<>();
  private final TreeMap<Long, Asked> checkpoints = new TreeMap<>();

  /**
   * A checkpoint that was asked for.
   *
   * @param result completed when it may begin
   * @param isSavepoint whether it is a savepoint
   */
  private record Asked(CompletableFuture<byte[]> result, boolean isSavepoint) {}

  /**
   * @param directory directory of the job's rounds
   */
  RoundCoordinator(Context context, JobRounds directory) {
    this.context = context;
    this.directory = directory;
    // resetToCheckpoint comes before start
    ThreadFactory threads = threads(context.getUserCodeClassloader());
    thread = new ScheduledThreadPoolExecutor(1, threads);
    files = Executors.newSingleThreadExecutor(threads);
  }

  private static ThreadFactory threads(ClassLoader jobClasses) {
    return work -> {
      Thread thread = new Thread(work, "replica-rounds");
      thread.setDaemon(true);
      thread.setContextClassLoader(jobClasses);
      return thread;
    };
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // ends with the thread
  public void start() {
    thread.scheduleWithFixedDelay(
        () -> guarded(book::repeat), REPEAT_MILLIS, REPEAT_MILLIS, TimeUnit.MILLISECONDS);
    thread.scheduleWithFixedDelay(
        () -> later(directory::show), 0, JobRounds.SIGN_EVERY.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    run(
        () -> {
          book.reset();
          later(directory::leave);
          files.shutdown(); // after the files that are left
        });
    thread.shutdown();
  }

  @Override
  public void handleEventFromOperator(int subtask, int attempt, OperatorEvent event) {
    run(
        () -> {
          if (event instanceof HandIn handIn) {
            book.handIn(subtask, handIn);
          } else if (event instanceof Applied applied) {
            book.applied(applied);
          } else if (event instanceof Ending ending) {
            if (!ending.begins()) {
              // Nothing concerns it any more, and Flink fails a finished task that it cannot reach.
              gateways.remove(subtask);
            }
            book.ending(subtask, ending.begins());
          } else {
            throw new IllegalArgumentException("Unknown event: " + event);
          }
        });
  }

  @Override
  public void checkpointCoordinator(long checkpointId, CompletableFuture<byte[]> result) {
    boolean isSavepoint = isSavepoint(checkpointId);
    run(
        () -> {
          checkpoints.put(checkpointId, new Asked(result, isSavepoint));
          book.checkpoint(checkpointId);
        });
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) {
    // nothing depends on it: a complete checkpoint holds all replicas in one round
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) {
    run(
        () -> {
          checkpoints.remove(checkpointId);
          book.aborted(checkpointId);
        });
  }

  @Override
  public void resetToCheckpoint(long checkpointId, byte[] state) {
    run(
        () -> {
          gateways.clear();
          book.reset();
        });
  }

  @Override
  public void subtaskReset(int subtask, long checkpointId) {
    lost(subtask);
  }

  @Override
  public void executionAttemptFailed(int subtask, int attempt, Throwable reason) {
    lost(subtask);
  }

  @Override
  public void executionAttemptReady(int subtask, int attempt, SubtaskGateway gateway) {
    run(
        () -> {
          gateways.put(subtask, gateway);
          book.ready(subtask);
        });
  }

  private boolean isSavepoint(long checkpointId) {
    CheckpointCoordinator all = context.getCheckpointCoordinator();
    PendingCheckpoint pending = all == null ? null : all.getPendingCheckpoints().get(checkpointId);
    return pending != null && !pending.canBeSubsumed(); // all others can be
  }

  private void lost(int subtask) {
    run(
        () -> {
          gateways.remove(subtask);
          book.lost(subtask);
        });
  }

  private void run(ThrowingRunnable<Exception> work) {
    try {
      thread.execute(() -> guarded(work));
    } catch (RejectedExecutionException e) {
      LOG.debug("The job has ended", e);
    }
  }

  /** An exception in a thread of its own would be lost. */
  private void guarded(ThrowingRunnable<Exception> work) {
    try {
      work.run();
    } catch (Exception | Error e) {
      context.failJob(e);
    }
  }

  /** Works with files in the other thread. */
  private void later(ThrowingRunnable<IOException> work) {
    try {
      files.execute(
          () -> {
            try {
              work.run();
            } catch (IOException | RuntimeException e) {
              LOG.warn(
                  "Weights of replicas that nobody needs cannot be deleted; check that the JobManager may write to the store of the checkpoints",
                  e);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("The job has ended", e);
    }
  }

  /** Does what the book lets happen. */
  private final class Flink implements RoundBook.Actions {

    @Override
    public void announce(int subtask, Average average) {
      send(subtask, average);
    }

    @Override
    public void begin(long checkpoint) {
      Asked asked = checkpoints.remove(checkpoint);
      if (asked != null) {
        CheckpointComing coming = new CheckpointComing(checkpoint, asked.isSavepoint());
        gateways.keySet().forEach(subtask -> send(subtask, coming));
        asked.result().complete(new byte[0]);
      }
    }

    @Override
    public void refuse(long checkpoint, String why) {
      Asked asked = checkpoints.remove(checkpoint);
      if (asked != null) {
        asked.result().completeExceptionally(new IllegalStateException(why));
      }
    }

    @Override
    public void finished(Average average) {
      delete(average.handIns());
      if (average.round() % ROUNDS_BETWEEN_SWEEPS == 0) {
        later(() -> RoundFiles.sweep(average.handIns().get(0), System.currentTimeMillis()));
      }
    }

    @Override
    public void dropped(List<HandIn> handIns) {
      delete(handIns);
    }

    private void delete(List<HandIn> handIns) {
      later(() -> RoundFiles.delete(handIns));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // Flink fails the task that it cannot reach
    private void send(int subtask, OperatorEvent event) {
      SubtaskGateway gateway = gateways.get(subtask);
      if (gateway != null) {
        gateway.sendEvent(event);
      }
    }
  }
}

package io.rankstream.pipeline.flink;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.util.FlinkException;

/**
 * Notices that a task manager of a cluster in this process has ended, as it does after a fatal
 * error. Flink starts no other one: the job would wait for ever, in a process that looks healthy.
 */
final class TaskManagerWatch implements AutoCloseable {

  /**
   * Looks in a row without the task manager. One that lost its connection, in a process that stood
   * still for a while, comes back.
   */
  private static final int MISSES = 30;

  private final MiniCluster flink;
  private final JobID job;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread watching = new Thread(work, "watch-task-managers");
            watching.setDaemon(true);
            return watching;
          });
  private int most;
  private int misses;

  /**
   * Starts to watch.
   *
   * @param pause time between two looks
   */
  TaskManagerWatch(MiniCluster flink, JobID job, Duration pause) {
    this.flink = flink;
    this.job = job;
    look();
    ScheduledFuture<?> unused =
        thread.scheduleWithFixedDelay(
            this::look, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Fails when a task manager has ended, and never completes otherwise. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private void look() {
    try {
      int connected = flink.requestClusterOverview().get().getNumTaskManagersConnected();
      most = Math.max(most, connected);
      misses = connected < most ? misses + 1 : 0;
      if (misses >= MISSES) {
        ended.completeExceptionally(
            new FlinkException(
                "A TaskManager of this process has ended after a fatal error, which the log tells, and the job cannot go on%s: start it again from its last checkpoint"
                    .formatted(lastFailure())));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the job has ended
    } catch (ExecutionException | RuntimeException e) {
      misses = 0; // the cluster does not tell now, or it is being closed
    }
  }

  private String lastFailure() throws InterruptedException {
    try {
      return Optional.ofNullable(flink.getExecutionGraph(job).get().getFailureInfo())
          .map(failure -> " (its last failure: " + failure.getException().getMessage() + ")")
          .orElse("");
    } catch (ExecutionException e) {
      return "";
    }
  }
}

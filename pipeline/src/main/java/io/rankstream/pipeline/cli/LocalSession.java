package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.flink.JobRest;
import io.rankstream.pipeline.flink.LocalCluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.core.execution.JobClient;

/**
 * A job in this process, from its start to its end or to Ctrl-C. On Ctrl-C the job takes a last
 * checkpoint, and the user gets the command that goes on from it.
 */
final class LocalSession {

  private static final long CHECKPOINT_SECONDS = 60;
  private static final long CANCEL_SECONDS = 20;

  private final LocalCluster cluster;
  private final JobClient job;
  private final List<String> arguments;
  private final PrintWriter out;
  private final JobRest rest;
  private volatile boolean isStopping;

  /**
   * @param job a job of the cluster
   * @param arguments arguments of the command, to be repeated in the one that goes on
   */
  LocalSession(LocalCluster cluster, JobClient job, List<String> arguments, PrintWriter out) {
    this.cluster = cluster;
    this.job = job;
    this.arguments = arguments;
    this.out = out;
    rest = new JobRest(cluster.page(), job.getJobID().toHexString());
  }

  /**
   * Waits for the end of the job.
   *
   * @param talks whether to print lines of progress
   * @throws Exception when the job fails, with the cause of the failure
   */
  void await(boolean talks) throws Exception {
    Thread hook = new Thread(this::stop, "run-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try (RunProgress progress = new RunProgress(rest, out)) {
      if (talks) {
        progress.start();
      }
      cluster.await(job);
      out.println("The job has ended.");
    } catch (Exception e) {
      if (isStopping) { // the job was cancelled, and the process ends when the hook has
        hook.join();
        return;
      }
      throw e;
    } finally {
      if (!isStopping) {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    }
  }

  /** Ends the job after a last checkpoint, and says how to go on. */
  void stop() {
    isStopping = true;
    out.println("Stopping after a last checkpoint ...");
    out.flush();
    Optional<String> checkpoint = lastCheckpoint();
    try {
      job.cancel().get(CANCEL_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // the process ends with it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    out.println(
        checkpoint
            .map(
                path ->
                    "Stopped at %s%nTo go on: %s"
                        .formatted(path, ResumeCommandLine.of(arguments, path)))
            .orElse("Stopped before the first checkpoint: the next run starts anew."));
    out.flush();
  }

  /** A checkpoint of this moment, or else the last one that was completed. */
  private Optional<String> lastCheckpoint() {
    try {
      return Optional.of(
          cluster.checkpoint(job.getJobID()).get(CHECKPOINT_SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException e) {
      try {
        return rest.newestCheckpoint();
      } catch (IOException f) {
        return Optional.empty();
      } catch (InterruptedException f) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}

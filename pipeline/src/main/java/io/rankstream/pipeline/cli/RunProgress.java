package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.flink.JobProgress;
import io.rankstream.pipeline.flink.JobRest;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Prints a line on what a job does: every few seconds while something happens, else each minute.
 */
final class RunProgress implements AutoCloseable {

  private static final long EVERY_SECONDS = 5;
  private static final Duration AT_REST = Duration.ofMinutes(1);

  private final JobRest job;
  private final PrintWriter out;
  private final Thread thread = new Thread(this::follow, "run-progress");

  private JobProgress told = new JobProgress(0, 0, 0, 0, 0, 0);
  private long toldNanos = System.nanoTime();

  RunProgress(JobRest job, PrintWriter out) {
    this.job = job;
    this.out = out;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  /**
   * The line about the progress since the last line, or empty where there is nothing to tell yet.
   *
   * @param elapsed time since the last line
   */
  String line(JobProgress now, Duration elapsed) {
    boolean atRest =
        now.images() == told.images()
            && now.repeated() == told.repeated()
            && now.deadLetters() == told.deadLetters();
    if (atRest && elapsed.compareTo(AT_REST) < 0) {
      return "";
    }

    String line =
        atRest
            ? "no new images for a minute"
            : String.format(
                Locale.ROOT,
                "%,.0f images/s, %,.0f steps/s",
                rate(told.images(), now.images(), elapsed),
                rate(told.steps(), now.steps(), elapsed));
    told = now;
    return String.format(
        Locale.ROOT,
        "images %,d, repeats passed over %,d, steps %,d, dead letters %,d, waiting in Kafka %,d, checkpoints %,d; %s",
        now.images(),
        now.repeated(),
        now.steps(),
        now.deadLetters(),
        now.pending(),
        now.checkpoints(),
        line);
  }

  /** A job that starts again counts from 0. */
  private static double rate(long before, long now, Duration elapsed) {
    return Math.max(0, now - before) / Math.max(1e-3, elapsed.toMillis() / 1e3);
  }

  private void follow() {
    while (true) {
      try {
        TimeUnit.SECONDS.sleep(EVERY_SECONDS);
        long now = System.nanoTime();
        String line = line(job.progress(), Duration.ofNanos(now - toldNanos));
        if (!line.isEmpty()) {
          toldNanos = now;
          out.println(line);
          out.flush();
        }
      } catch (IOException e) {
        // Flink is busy or ends: the next line tells more
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}

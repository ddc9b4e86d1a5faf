package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.ClusterProcesses;
import io.rankstream.lab.cluster.Footprint;
import io.rankstream.pipeline.tools.tail.TopicTail;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Disturbs a job now and then for a long time, and reads what its task manager takes of the
 * machine, which must not grow with the steps.
 */
final class Soak {

  private static final int READINGS = 120;
  private static final double WARM_UP = 0.25;

  private final ClusterProcesses cluster;
  private final ClusterJob running;
  private final Disturber disturber;
  private final RunLog log;
  private final AtomicLong steps = new AtomicLong(); // committed, over all streams
  private final FootprintSeries series = new FootprintSeries();

  Soak(ClusterProcesses cluster, ClusterJob running, Disturber disturber, RunLog log) {
    this.cluster = cluster;
    this.running = running;
    this.disturber = disturber;
    this.log = log;
  }

  /**
   * Runs.
   *
   * @param planned what comes, in equal distances
   * @param duration how long
   * @return whether all that was planned came; the slopes are printed, not judged
   */
  boolean run(List<Disturbance> planned, Duration duration) throws Exception {
    ExecutorService background = Executors.newSingleThreadExecutor();
    AtomicBoolean over = new AtomicBoolean();
    try {
      Future<?> counting = background.submit(() -> count(over));
      boolean allCame = disturb(planned, duration);
      log.say("%s", series.slopes(WARM_UP));
      over.set(true);
      counting.get();
      return allCame;
    } finally {
      over.set(true);
      background.shutdown();
    }
  }

  private boolean disturb(List<Disturbance> planned, Duration duration) throws Exception {
    long start = System.nanoTime();
    int came = 0;
    for (int reading = 1; reading <= READINGS; reading++) {
      awaitShare(start, duration, (double) reading / READINGS);
      running.awaitCheckpoint();
      if (running.isOver()) {
        log.say("The job ended before the soak was over");
        return false;
      }

      read();
      if (came * READINGS < planned.size() * reading) {
        log.say("  fault %3d  %s", came + 1, planned.get(came));
        disturber.disturb(planned.get(came), came);
        came++;
      }
    }
    return came == planned.size();
  }

  private static void awaitShare(long start, Duration duration, double share)
      throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(start + (long) (share * duration.toNanos()) - System.nanoTime());
  }

  private void read() throws Exception {
    Footprint footprint = cluster.footprint();
    series.add(steps.get(), footprint);
    log.say(
        "  step %,7d  resident %,d kB, %d threads, %d descriptors",
        steps.get(), footprint.residentKilobytes(), footprint.threads(), footprint.descriptors());
  }

  private void count(AtomicBoolean over) {
    new TopicTail(cluster.clients())
        .read(
            running.topics().metrics(),
            true,
            () -> !over.get(),
            record -> {
              steps.incrementAndGet();
              return true;
            });
  }
}

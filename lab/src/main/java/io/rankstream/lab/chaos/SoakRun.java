package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.ClusterProcesses;
import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.pipeline.tools.tail.TopicTail;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Gives the job more input than it can train on, without kills, and reads the memory of its task
 * manager, which must stay flat.
 */
final class SoakRun {

  private static final int READINGS = 20;
  private static final double WARM_UP = 0.25;

  private final ChaosPlan plan;
  private final Path directory;
  private final RunLog log;

  SoakRun(ChaosPlan plan, Path directory, RunLog log) {
    this.plan = plan;
    this.directory = directory;
    this.log = log;
  }

  /** Whether the audit found no fault; the slope of the memory is printed, not judged. */
  boolean run() throws Exception {
    ExecutorService background = Executors.newSingleThreadExecutor();
    AtomicBoolean over = new AtomicBoolean();
    try (ClusterProcesses cluster =
        new ClusterProcesses(directory, plan.trainers().taskManagers())) {
      ChaosJob job = ChaosJob.bounded(cluster, "images", "soak", plan.trainers());
      Topics.create(cluster.clients(), job.topics(), 1);
      try (StormFeeder feeder = new StormFeeder(plan, cluster.bootstrapServers(), job)) {
        feeder.feed(plan.images(), 0);
      }

      log.say("%,d images are in the topic: the job is behind from the start", plan.images());
      ClusterJob running = new ClusterJob(cluster, job, log);
      running.submit();
      AtomicLong steps = new AtomicLong(); // committed, over all streams: one record for each
      Future<?> counting = background.submit(() -> count(cluster, job, steps, over));
      readMemory(cluster, running, steps);
      running.awaitEnd();
      over.set(true);
      counting.get();
      return log.report(TopicAudit.of(cluster.clients(), cluster.brokerData(), job.topics()));
    } finally {
      over.set(true);
      background.shutdown();
    }
  }

  private void readMemory(ClusterProcesses cluster, ClusterJob running, AtomicLong steps)
      throws Exception {
    MemorySeries series = new MemorySeries();
    long step = 0;
    long every = Math.max(1, plan.images() / ChaosJob.TRAIN_EVERY / READINGS);
    while (!running.isOver()) {
      running.awaitCheckpoint();
      long now = steps.get();
      if (now >= step + every) {
        step = now;
        long resident = cluster.residentKilobytes();
        series.add(now, resident);
        log.say("  step %,7d  resident %,d kB", now, resident);
      }
    }
    log.say("%s", series.slope(WARM_UP));
  }

  private static void count(
      ClusterProcesses cluster, ChaosJob job, AtomicLong steps, AtomicBoolean over) {
    new TopicTail(cluster.clients())
        .read(
            job.topics().metrics(),
            true,
            () -> !over.get(),
            record -> {
              steps.incrementAndGet();
              return true;
            });
  }
}

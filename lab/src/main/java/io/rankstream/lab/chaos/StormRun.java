package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.ClusterProcesses;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.kafka.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Kills processes while images arrive at a rate in two partitions; afterwards the job takes the
 * rest of its input, and its dead letters once more, and is audited.
 */
final class StormRun {

  private static final int PARTITIONS = 2;
  private static final long ENDLESS = Long.MAX_VALUE;

  private final ChaosPlan plan;
  private final Path directory;
  private final RunLog log;

  StormRun(ChaosPlan plan, Path directory, RunLog log) {
    this.plan = plan;
    this.directory = directory;
    this.log = log;
  }

  /** Whether all kills were done and the audit found no fault. */
  boolean run(List<Kill> kills) throws Exception {
    ExecutorService background = Executors.newSingleThreadExecutor();
    try (ClusterProcesses cluster =
        new ClusterProcesses(directory, plan.trainers().taskManagers())) {
      ChaosJob job = ChaosJob.asImagesArrive(cluster, "storm", plan.trainers(), plan.epochs());
      Topics.create(cluster.clients(), job.topics(), PARTITIONS);
      Topics.createControl(cluster.clients(), JobOptions.CONTROL_TOPIC.defaultValue());
      ClusterJob running = new ClusterJob(cluster, job, log);
      try (StormFeeder feeder = new StormFeeder(plan, cluster.bootstrapServers(), job)) {
        Future<?> feeding =
            background.submit(
                () -> {
                  feeder.feed(ENDLESS, plan.rate());
                  return null;
                });
        running.submit();
        boolean allKilled = new KillSequence(running, log).run(kills);
        feeding.cancel(true);
        if (!allKilled) {
          return false;
        }
      }

      log.say("All kills done; the job takes the rest of its input ...");
      running.awaitInputTaken();
      new LetterReturn(cluster.clients(), job, log).run();
      running.awaitInputTaken();
      running.drain();
      return log.report(
          TopicAudit.afterReturn(
              cluster.clients(), cluster.brokerData(), job.topics(), plan.epochs()));
    } finally {
      background.shutdownNow();
      background.awaitTermination(1, TimeUnit.MINUTES);
    }
  }
}

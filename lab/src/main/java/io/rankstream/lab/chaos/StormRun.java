package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.ClusterProcesses;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.kafka.Topics;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Disturbs a job while images arrive at a rate in two partitions; afterwards the job takes the rest
 * of its input, and its dead letters once more, and is audited.
 */
final class StormRun {

  private static final int PARTITIONS = 2;
  private static final long ENDLESS = Long.MAX_VALUE;

  private final ChaosPlan plan;
  private final ClusterProcesses cluster;
  private final RunLog log;
  private final ChaosJob job;
  private final TopicAudit audit;

  StormRun(ChaosPlan plan, ClusterProcesses cluster, RunLog log) {
    this.plan = plan;
    this.cluster = cluster;
    this.log = log;
    this.job = ChaosJob.asImagesArrive(cluster, "storm", plan.trainers(), plan.epochs());
    this.audit =
        TopicAudit.afterReturn(
            cluster.clients(), cluster.brokerData(), job.topics(), plan.epochs());
  }

  /** Whether all that was planned came and the audit found no fault. */
  boolean run(List<Disturbance> planned) throws Exception {
    Topics.create(cluster.clients(), job.topics(), PARTITIONS);
    Topics.createControl(cluster.clients(), JobOptions.CONTROL_TOPIC.defaultValue());
    ClusterJob running = new ClusterJob(cluster, job, log);
    if (!disturb(running, planned)) {
      return false;
    }

    log.say("All faults came; the job takes the rest of its input ...");
    running.awaitInputTaken();
    new LetterReturn(cluster.clients(), job, log).run();
    running.awaitInputTaken();
    running.drain();
    return log.report(audit.audit());
  }

  private boolean disturb(ClusterJob running, List<Disturbance> planned) throws Exception {
    Disturber disturber = new Disturber(cluster, job, running, audit);
    ExecutorService background = Executors.newSingleThreadExecutor();
    try (StormFeeder feeder = new StormFeeder(plan, cluster.bootstrapServers(), job)) {
      Future<?> feeding =
          background.submit(
              () -> {
                feeder.feed(ENDLESS, plan.rate());
                return null;
              });
      running.submit();
      boolean allCame =
          plan.isSoak()
              ? new Soak(cluster, running, disturber, log).run(planned, plan.soak())
              : new DisturbanceSequence(running, disturber, log).run(planned);
      feeding.cancel(true);
      return allCame;
    } finally {
      background.shutdownNow();
      background.awaitTermination(1, TimeUnit.MINUTES);
    }
  }
}

package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.ClusterProcesses;
import io.rankstream.pipeline.kafka.Topics;
import java.util.List;

/**
 * Runs the same input in the same order twice, undisturbed in one task and with faults on all task
 * managers. Both runs must be clean and publish models with equal weights.
 */
final class FixedOrderRun {

  private static final String IMAGES = "images";

  private final ChaosPlan plan;
  private final ClusterProcesses cluster;
  private final RunLog log;

  FixedOrderRun(ChaosPlan plan, ClusterProcesses cluster, RunLog log) {
    this.plan = plan;
    this.cluster = cluster;
    this.log = log;
  }

  /** Whether all planned faults came and neither audit found a fault. */
  boolean run(List<Disturbance> planned) throws Exception {
    Trainers trainers = plan.trainers();
    ChaosJob calm = ChaosJob.inFixedOrder(cluster, IMAGES, "calm", trainers.inOneTask());
    ChaosJob stormy = ChaosJob.inFixedOrder(cluster, IMAGES, "stormy", trainers);
    Topics.create(cluster.clients(), calm.topics(), 1);
    Topics.create(cluster.clients(), stormy.topics(), 1);
    try (StormFeeder feeder = new StormFeeder(plan, cluster.bootstrapServers(), calm)) {
      feeder.feed(plan.images(), 0);
    }

    log.say("%,d images are in the topic; first a run without faults ...", plan.images());
    ClusterJob undisturbed = new ClusterJob(cluster, calm, log);
    undisturbed.submit();
    undisturbed.awaitInputTaken();
    undisturbed.drain();
    Audit expected = TopicAudit.of(cluster.clients(), cluster.brokerData(), calm.topics()).audit();
    boolean isCalmClean = log.report(expected);

    ClusterJob disturbed = new ClusterJob(cluster, stormy, log);
    disturbed.submit();
    TopicAudit stormyAudit =
        TopicAudit.of(cluster.clients(), cluster.brokerData(), stormy.topics());
    boolean allDone =
        new DisturbanceSequence(
                disturbed, new Disturber(cluster, stormy, disturbed, stormyAudit), log)
            .run(planned);
    disturbed.awaitInputTaken();
    disturbed.drain();
    Audit audit = stormyAudit.audit().comparedWith(expected);
    boolean isStormyClean = log.report(audit);
    audit
        .models()
        .forEach((stream, sha256) -> log.say("SHA-256 of the weights of %s: %s", stream, sha256));
    return isCalmClean && isStormyClean && allDone;
  }
}

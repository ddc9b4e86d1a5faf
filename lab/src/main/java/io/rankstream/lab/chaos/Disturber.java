package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.ClusterProcesses;
import io.rankstream.lab.cluster.LinkState;
import io.rankstream.lab.cluster.RegistryState;
import io.rankstream.lab.cluster.Victim;
import java.util.concurrent.TimeUnit;

/** Makes what a job depends on fail, and well again. */
final class Disturber {

  private final ClusterProcesses cluster;
  private final ClusterJob job;
  private final LimitedLetters letters;
  private final HostileStarts starts;
  private final LargeImages largeImages;
  private final SecondJob second;

  /**
   * @param settings the job as it was planned
   * @param job the same job while it runs
   * @param audit the audit of the job, which must have seen records before they are deleted
   */
  Disturber(ClusterProcesses cluster, ChaosJob settings, ClusterJob job, TopicAudit audit) {
    this.cluster = cluster;
    this.job = job;
    this.letters = new LimitedLetters(cluster.clients(), job.topics().deadLetters());
    this.starts = new HostileStarts(cluster.clients(), job, audit);
    this.largeImages = new LargeImages(cluster.clients(), job.topics().images());
    this.second = new SecondJob(cluster, settings);
  }

  /**
   * Disturbs the job, and returns when the disturbance is over; the job may not have recovered.
   *
   * @param index chooses among the task managers, modulo their number
   */
  void disturb(Disturbance planned, int index) throws Exception {
    switch (planned.kind()) {
      case TASK_MANAGER_KILLED -> job.kill(Victim.TASK_MANAGER, index);
      case JOB_MANAGER_KILLED -> job.kill(Victim.JOB_MANAGER, index);
      case BROKER_KILLED -> job.kill(Victim.BROKER, index);
      case TASK_MANAGER_HELD -> hold(Victim.TASK_MANAGER, index, planned.seconds());
      case JOB_MANAGER_HELD -> hold(Victim.JOB_MANAGER, index, planned.seconds());
      case BROKER_HELD -> hold(Victim.BROKER, index, planned.seconds());
      case BROKER_AWAY -> cluster.takeBrokerAway(planned.seconds());
      case LINK_CUT -> link(LinkState.CUT, planned.seconds());
      case LINK_SILENT -> link(LinkState.SILENT, planned.seconds());
      case LINK_SLOW -> link(LinkState.SLOW, planned.seconds());
      case REGISTRY_DOWN -> registry(RegistryState.DOWN, planned.seconds());
      case REGISTRY_SILENT -> registry(RegistryState.SILENT, planned.seconds());
      case REGISTRY_GARBAGE -> registry(RegistryState.GARBAGE, planned.seconds());
      case DISK_FULL -> last(planned.seconds(), cluster::fillDisk, cluster::freeDisk);
      case LETTERS_LIMITED -> letters.limit(planned.seconds());
      case CHECKPOINT_DAMAGED -> starts.fromDamagedCheckpoint(index);
      case RECORDS_DELETED -> starts.behindDeletedRecords();
      case LARGE_IMAGES -> largeImages.send();
      case SECOND_JOB -> second.requireRefusal();
    }
  }

  private void hold(Victim victim, int index, int seconds) throws Exception {
    last(seconds, () -> cluster.hold(victim, index), () -> cluster.release(victim, index));
  }

  private void link(LinkState state, int seconds) throws Exception {
    last(seconds, () -> cluster.setLink(state), () -> cluster.setLink(LinkState.WELL));
  }

  private void registry(RegistryState state, int seconds) throws Exception {
    last(seconds, () -> cluster.setRegistry(state), () -> cluster.setRegistry(RegistryState.WELL));
  }

  private interface Change {
    void make() throws Exception;
  }

  private static void last(int seconds, Change begin, Change end) throws Exception {
    begin.make();
    try {
      TimeUnit.SECONDS.sleep(seconds);
    } finally {
      end.make();
    }
  }
}

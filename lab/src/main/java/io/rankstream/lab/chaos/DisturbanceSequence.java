package io.rankstream.lab.chaos;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Carries out what is planned, each after the job has recovered from the one before. */
final class DisturbanceSequence {

  private final ClusterJob job;
  private final Disturber disturber;
  private final RunLog log;

  DisturbanceSequence(ClusterJob job, Disturber disturber, RunLog log) {
    this.job = job;
    this.disturber = disturber;
    this.log = log;
  }

  /**
   * Disturbs as planned.
   *
   * @return whether all was done; otherwise the job ended too early
   */
  boolean run(List<Disturbance> planned) throws Exception {
    for (int i = 0; i < planned.size(); i++) {
      Disturbance each = planned.get(i);
      long start = System.nanoTime();
      job.awaitCheckpoint(); // the job runs again and has taken some input
      double recovered = (System.nanoTime() - start) / 1e9;
      TimeUnit.MILLISECONDS.sleep(each.delayMillis());
      job.awaitMoment(each.moment(), i);
      if (job.isOver()) {
        log.say(
            "The job ended before fault %d: feed more images (--images) or plan fewer faults (--faults)",
            i + 1);
        return false;
      }

      disturber.disturb(each, i);
      log.say("  fault %3d  %s (checkpoint came after %.1f s)", i + 1, each, recovered);
    }

    return true;
  }
}

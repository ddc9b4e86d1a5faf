package io.rankstream.lab.chaos;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Carries out planned kills, each after the job has recovered from the one before. */
final class KillSequence {

  private final ClusterJob job;
  private final RunLog log;

  KillSequence(ClusterJob job, RunLog log) {
    this.job = job;
    this.log = log;
  }

  /**
   * Kills as planned.
   *
   * @return whether all kills were done; otherwise the job ended too early
   */
  boolean run(List<Kill> kills) throws Exception {
    for (int i = 0; i < kills.size(); i++) {
      Kill kill = kills.get(i);
      long start = System.nanoTime();
      job.awaitCheckpoint(); // the job runs again and has taken some input
      double recovered = (System.nanoTime() - start) / 1e9;
      TimeUnit.MILLISECONDS.sleep(kill.delayMillis());
      job.awaitMoment(kill.moment(), i);
      if (job.isOver()) {
        log.say(
            "The job ended before kill %d: feed more images (--images) or plan fewer kills (--kills)",
            i + 1);
        return false;
      }

      job.kill(kill.victim(), i);
      log.say(
          "  kill %3d  %s %s (checkpoint came after %.1f s)",
          i + 1, kill.victim(), kill.moment(), recovered);
    }

    return true;
  }
}

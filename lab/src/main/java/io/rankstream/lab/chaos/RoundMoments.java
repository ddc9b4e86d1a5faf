package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.ClusterProcesses;
import io.rankstream.lab.cluster.Victim;
import java.io.File;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * Catches a job in a moment of a round, which lasts for milliseconds. To have replicas of which
 * some lack the average that others have, it holds a task manager still while the others go on.
 */
final class RoundMoments {

  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final long PAUSE_MILLIS = 1;

  private final ClusterProcesses cluster;
  private final RoundView rounds;
  private final RunLog log;

  /**
   * @param rounds the rounds from now on
   */
  RoundMoments(ClusterProcesses cluster, RoundView rounds, RunLog log) {
    this.cluster = cluster;
    this.rounds = rounds;
    this.log = log;
  }

  /**
   * Looks for a moment, for a second or a little longer.
   *
   * @param moment a moment of {@link Aim#ROUNDS}
   * @param victim task manager that will be killed; after {@link Moment#ROUND_PARTLY_APPLIED} it
   *     stands still
   * @return whether it has come
   */
  boolean hasCome(Moment moment, int victim) throws Exception {
    return switch (moment) {
      case ROUND_BEGUN -> within(LOOK, rounds::isAnyBegun);
      case ROUND_COMPLETE -> within(LOOK, () -> rounds.complete().isPresent());
      case ROUND_PARTLY_APPLIED -> isPartlyApplied(victim);
      case ANY_TIME, DURING_CHECKPOINT, DURING_COMMIT ->
          throw new IllegalArgumentException("No moment of a round: " + moment);
    };
  }

  private boolean isPartlyApplied(int victim) throws Exception {
    Optional<File> round = find(LOOK);
    if (round.isEmpty()) {
      return false;
    }

    cluster.hold(Victim.TASK_MANAGER, victim);
    // The others have the average within milliseconds; they show it when they hand in again.
    boolean othersWentOn =
        within(LOOK, () -> rounds.isFollowed(round.get()) || !rounds.isComplete(round.get()))
            && rounds.isFollowed(round.get());
    if (!rounds.isComplete(round.get())) { // it had the average before
      cluster.release(Victim.TASK_MANAGER, victim);
      return false;
    }

    log.say(
        "  round %s of a stream stays open without task manager %d; %s",
        round.get().getName(),
        cluster.numberOf(victim),
        othersWentOn ? "another one went on with the average" : "the others had a second for it");
    return true;
  }

  private Optional<File> find(Duration atMost) throws Exception {
    File[] found = new File[1];
    within(
        atMost,
        () -> {
          found[0] = rounds.complete().orElse(null);
          return found[0] != null;
        });
    return Optional.ofNullable(found[0]);
  }

  private static boolean within(Duration time, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + time.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }

    return true;
  }
}

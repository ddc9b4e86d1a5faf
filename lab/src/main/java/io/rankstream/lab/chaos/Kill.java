package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.Victim;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One planned kill.
 *
 * @param victim process to kill
 * @param moment moment to wait for
 * @param delayMillis pause between the recovery from the previous kill and the wait for the moment
 */
record Kill(Victim victim, Moment moment, int delayMillis) {

  private static final int LONGEST_DELAY_MILLIS = 3000;

  /** Draws kills. The same seed gives the same ones. */
  static List<Kill> schedule(Aim aim, long seed, int count) {
    return switch (aim) {
      case PROCESSES -> ofProcesses(seed, count);
      case ROUNDS -> inRounds(seed, count);
    };
  }

  /**
   * Half of them hit a task manager, a fifth the job manager, the rest the broker, at moments of
   * equal chance.
   */
  private static List<Kill> ofProcesses(long seed, int count) {
    List<Moment> moments = Moment.of(Aim.PROCESSES);
    Random random = new Random(seed);
    List<Kill> kills = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int draw = random.nextInt(10);
      Victim victim =
          draw < 5 ? Victim.TASK_MANAGER : draw < 7 ? Victim.JOB_MANAGER : Victim.BROKER;
      Moment moment = moments.get(random.nextInt(moments.size()));
      kills.add(new Kill(victim, moment, random.nextInt(LONGEST_DELAY_MILLIS)));
    }

    return kills;
  }

  /** All hit task managers, at the moments of a round in turn. */
  private static List<Kill> inRounds(long seed, int count) {
    List<Moment> moments = Moment.of(Aim.ROUNDS);
    Random random = new Random(seed);
    List<Kill> kills = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      kills.add(
          new Kill(
              Victim.TASK_MANAGER,
              moments.get(i % moments.size()),
              random.nextInt(LONGEST_DELAY_MILLIS)));
    }

    return kills;
  }

  @Override
  public String toString() {
    return "%s %s, %.1f s after recovery".formatted(victim, moment, delayMillis / 1e3);
  }
}

package io.rankstream.lab.chaos;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * One planned disturbance of a job.
 *
 * @param kind what happens
 * @param moment moment to wait for
 * @param delayMillis pause between the recovery from the one before and the wait for the moment
 * @param seconds how long it lasts, where it lasts; 0 for a kill
 */
record Disturbance(DisturbanceKind kind, Moment moment, int delayMillis, int seconds) {

  private static final int LONGEST_DELAY_MILLIS = 3000;
  private static final int SHORTEST_SECONDS = 3;
  private static final int LONGEST_SECONDS = 15;

  /** Longer than the 120 s after which Kafka's producers give a record up by default. */
  private static final int AWAY_SECONDS = 130;

  /**
   * Draws kills. The same seed gives the same ones.
   *
   * @param aim other than {@link Aim#EVERYTHING}
   */
  static List<Disturbance> kills(Aim aim, long seed, int count) {
    return switch (aim) {
      case PROCESSES -> ofProcesses(seed, count);
      case ROUNDS -> inRounds(seed, count);
      case EVERYTHING -> throw new IllegalArgumentException("Not kills alone");
    };
  }

  /**
   * Draws disturbances of all kinds that are given, each as often as the others, give or take one.
   * The same seed and kinds give the same ones.
   */
  static List<Disturbance> ofKinds(Collection<DisturbanceKind> kinds, long seed, int count) {
    Random random = new Random(seed);
    List<Disturbance> all = new ArrayList<>();
    while (all.size() < count) {
      List<DisturbanceKind> turn = new ArrayList<>(kinds);
      Collections.shuffle(turn, random);
      turn.forEach(kind -> all.add(of(kind, random)));
    }

    return List.copyOf(all.subList(0, count));
  }

  private static Disturbance of(DisturbanceKind kind, Random random) {
    List<Moment> moments = kind.isKill() ? Moment.of(Aim.PROCESSES) : List.of(Moment.ANY_TIME);
    Moment moment = moments.get(random.nextInt(moments.size()));
    int delay = random.nextInt(LONGEST_DELAY_MILLIS);
    int drawn = random.nextInt(SHORTEST_SECONDS, LONGEST_SECONDS + 1);
    int seconds =
        switch (kind) {
          case TASK_MANAGER_KILLED,
              JOB_MANAGER_KILLED,
              BROKER_KILLED,
              CHECKPOINT_DAMAGED,
              RECORDS_DELETED,
              LARGE_IMAGES,
              SECOND_JOB ->
              0;
          case BROKER_AWAY -> AWAY_SECONDS;
          default -> drawn;
        };
    return new Disturbance(kind, moment, delay, seconds);
  }

  /**
   * Half of them hit a task manager, a fifth the job manager, the rest the broker, at moments of
   * equal chance.
   */
  private static List<Disturbance> ofProcesses(long seed, int count) {
    List<Moment> moments = Moment.of(Aim.PROCESSES);
    Random random = new Random(seed);
    List<Disturbance> kills = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int draw = random.nextInt(10);
      DisturbanceKind kind =
          draw < 5
              ? DisturbanceKind.TASK_MANAGER_KILLED
              : draw < 7 ? DisturbanceKind.JOB_MANAGER_KILLED : DisturbanceKind.BROKER_KILLED;
      Moment moment = moments.get(random.nextInt(moments.size()));
      kills.add(new Disturbance(kind, moment, random.nextInt(LONGEST_DELAY_MILLIS), 0));
    }

    return kills;
  }

  /** All hit task managers, at the moments of a round in turn. */
  private static List<Disturbance> inRounds(long seed, int count) {
    List<Moment> moments = Moment.of(Aim.ROUNDS);
    Random random = new Random(seed);
    List<Disturbance> kills = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      kills.add(
          new Disturbance(
              DisturbanceKind.TASK_MANAGER_KILLED,
              moments.get(i % moments.size()),
              random.nextInt(LONGEST_DELAY_MILLIS),
              0));
    }

    return kills;
  }

  @Override
  public String toString() {
    String lasts = seconds > 0 ? " for %d s".formatted(seconds) : "";
    return "%s%s %s, %.1f s after recovery".formatted(kind, lasts, moment, delayMillis / 1e3);
  }
}

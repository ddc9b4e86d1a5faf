package io.rankstream.lab.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One planned kill.
 *
 * @param victim what is killed
 * @param moment when
 * @param delayMillis time between the job's recovery from the kill before and the wait for the
 *     moment
 */
record Kill(Victim victim, Moment moment, int delayMillis) {

  private static final List<Moment> MOMENTS = List.of(Moment.values());
  private static final int LONGEST_DELAY_MILLIS = 3000;

  /** The kills that a seed gives: the same for the same seed. */
  static List<Kill> schedule(long seed, int count) {
    Random random = new Random(seed);
    List<Kill> kills = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int dice = random.nextInt(10);
      Victim victim =
          dice < 5 ? Victim.TASK_MANAGER : dice < 7 ? Victim.JOB_MANAGER : Victim.BROKER;
      Moment moment = MOMENTS.get(random.nextInt(MOMENTS.size()));
      kills.add(new Kill(victim, moment, random.nextInt(LONGEST_DELAY_MILLIS)));
    }

    return kills;
  }

  @Override
  public String toString() {
    return "%s %s, %.1f s after recovery".formatted(victim, moment, delayMillis / 1e3);
  }
}

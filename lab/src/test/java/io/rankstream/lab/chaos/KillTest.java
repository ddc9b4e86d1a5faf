package io.rankstream.lab.chaos;

import io.rankstream.lab.cluster.Victim;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class KillTest {

  @Test
  void theSameSeedGivesTheSameKills() {
    assertThat(Kill.schedule(Aim.PROCESSES, 7, 50)).isEqualTo(Kill.schedule(Aim.PROCESSES, 7, 50));
    assertThat(Kill.schedule(Aim.PROCESSES, 7, 50))
        .isNotEqualTo(Kill.schedule(Aim.PROCESSES, 8, 50));
  }

  @Test
  void aLongerScheduleStartsAsAShorterOne() {
    assertThat(Kill.schedule(Aim.PROCESSES, 7, 50).subList(0, 10))
        .isEqualTo(Kill.schedule(Aim.PROCESSES, 7, 10));
  }

  @Test
  void everyProcessIsKilledInItsShareAndAtEveryMoment() {
    List<Kill> kills = Kill.schedule(Aim.PROCESSES, 1, 3_000);

    Map<Victim, Long> victims =
        kills.stream().collect(Collectors.groupingBy(Kill::victim, Collectors.counting()));
    assertThat(victims.get(Victim.TASK_MANAGER)).isBetween(1_400L, 1_600L);
    assertThat(victims.get(Victim.JOB_MANAGER)).isBetween(500L, 700L);
    assertThat(victims.get(Victim.BROKER)).isBetween(800L, 1_000L);
    Map<Moment, Long> moments =
        kills.stream().collect(Collectors.groupingBy(Kill::moment, Collectors.counting()));
    assertThat(moments).containsOnlyKeys(Moment.of(Aim.PROCESSES));
    assertThat(moments.values()).allSatisfy(count -> assertThat(count).isBetween(900L, 1_100L));
    assertThat(kills).allSatisfy(kill -> assertThat(kill.delayMillis()).isBetween(0, 2_999));
  }

  @Test
  void killsInRoundsHitTaskManagersAtEachMomentInTurn() {
    List<Kill> kills = Kill.schedule(Aim.ROUNDS, 7, 10);

    assertThat(kills).isEqualTo(Kill.schedule(Aim.ROUNDS, 7, 10));
    assertThat(kills).extracting(Kill::victim).containsOnly(Victim.TASK_MANAGER);
    assertThat(kills.subList(0, 4))
        .extracting(Kill::moment)
        .containsExactly(
            Moment.ROUND_BEGUN,
            Moment.ROUND_COMPLETE,
            Moment.ROUND_PARTLY_APPLIED,
            Moment.ROUND_BEGUN);
  }

  @Test
  void noKillsAreNoSchedule() {
    assertThat(Kill.schedule(Aim.ROUNDS, 1, 0)).isEmpty();
  }

  @Test
  void aKillReadsAsASentence() {
    assertThat(new Kill(Victim.BROKER, Moment.DURING_COMMIT, 1_500))
        .hasToString("broker during the commit, 1.5 s after recovery");
  }
}

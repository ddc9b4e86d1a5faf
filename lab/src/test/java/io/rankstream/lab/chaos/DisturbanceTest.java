package io.rankstream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DisturbanceTest {

  @Test
  void theSameSeedGivesTheSameKills() {
    assertThat(Disturbance.kills(Aim.PROCESSES, 7, 50))
        .isEqualTo(Disturbance.kills(Aim.PROCESSES, 7, 50));
    assertThat(Disturbance.kills(Aim.PROCESSES, 7, 50))
        .isNotEqualTo(Disturbance.kills(Aim.PROCESSES, 8, 50));
  }

  @Test
  void aLongerScheduleStartsAsAShorterOne() {
    assertThat(Disturbance.kills(Aim.PROCESSES, 7, 50).subList(0, 10))
        .isEqualTo(Disturbance.kills(Aim.PROCESSES, 7, 10));
  }

  @Test
  void everyProcessIsKilledInItsShareAndAtEveryMoment() {
    List<Disturbance> kills = Disturbance.kills(Aim.PROCESSES, 1, 3_000);

    Map<DisturbanceKind, Long> victims =
        kills.stream().collect(Collectors.groupingBy(Disturbance::kind, Collectors.counting()));
    assertThat(victims.get(DisturbanceKind.TASK_MANAGER_KILLED)).isBetween(1_400L, 1_600L);
    assertThat(victims.get(DisturbanceKind.JOB_MANAGER_KILLED)).isBetween(500L, 700L);
    assertThat(victims.get(DisturbanceKind.BROKER_KILLED)).isBetween(800L, 1_000L);
    Map<Moment, Long> moments =
        kills.stream().collect(Collectors.groupingBy(Disturbance::moment, Collectors.counting()));
    assertThat(moments).containsOnlyKeys(Moment.of(Aim.PROCESSES));
    assertThat(moments.values()).allSatisfy(count -> assertThat(count).isBetween(900L, 1_100L));
    assertThat(kills).allSatisfy(kill -> assertThat(kill.delayMillis()).isBetween(0, 2_999));
  }

  @Test
  void killsInRoundsHitTaskManagersAtEachMomentInTurn() {
    List<Disturbance> kills = Disturbance.kills(Aim.ROUNDS, 7, 10);

    assertThat(kills).isEqualTo(Disturbance.kills(Aim.ROUNDS, 7, 10));
    assertThat(kills)
        .extracting(Disturbance::kind)
        .containsOnly(DisturbanceKind.TASK_MANAGER_KILLED);
    assertThat(kills.subList(0, 4))
        .extracting(Disturbance::moment)
        .containsExactly(
            Moment.ROUND_BEGUN,
            Moment.ROUND_COMPLETE,
            Moment.ROUND_PARTLY_APPLIED,
            Moment.ROUND_BEGUN);
  }

  @Test
  void noKillsAreNoSchedule() {
    assertThat(Disturbance.kills(Aim.ROUNDS, 1, 0)).isEmpty();
  }

  @Test
  void theSameSeedGivesTheSameDisturbances() {
    Set<DisturbanceKind> all = EnumSet.allOf(DisturbanceKind.class);

    assertThat(Disturbance.ofKinds(all, 7, 60)).isEqualTo(Disturbance.ofKinds(all, 7, 60));
    assertThat(Disturbance.ofKinds(all, 7, 60)).isNotEqualTo(Disturbance.ofKinds(all, 8, 60));
    assertThat(Disturbance.ofKinds(all, 7, 60).subList(0, 20))
        .isEqualTo(Disturbance.ofKinds(all, 7, 20));
  }

  @Test
  void everyKindComesAsOftenAsTheOthers() {
    Map<DisturbanceKind, Long> kinds =
        Disturbance.ofKinds(EnumSet.allOf(DisturbanceKind.class), 1, 60).stream()
            .collect(Collectors.groupingBy(Disturbance::kind, Collectors.counting()));

    assertThat(kinds).hasSize(DisturbanceKind.values().length);
    assertThat(kinds.values()).allSatisfy(count -> assertThat(count).isBetween(3L, 4L));
  }

  @Test
  void onlyKillsWaitForAMomentAndOnlyOthersLast() {
    List<Disturbance> all = Disturbance.ofKinds(EnumSet.allOf(DisturbanceKind.class), 1, 1_000);

    assertThat(all)
        .filteredOn(each -> each.moment() != Moment.ANY_TIME)
        .isNotEmpty()
        .allSatisfy(each -> assertThat(each.kind().isKill()).isTrue());
    assertThat(all)
        .filteredOn(each -> each.kind().isKill())
        .allSatisfy(each -> assertThat(each.seconds()).isZero());
    assertThat(all)
        .filteredOn(each -> each.kind() == DisturbanceKind.LINK_CUT)
        .allSatisfy(each -> assertThat(each.seconds()).isBetween(3, 15));
    assertThat(all)
        .filteredOn(each -> each.kind() == DisturbanceKind.BROKER_AWAY)
        .allSatisfy(each -> assertThat(each.seconds()).isGreaterThan(120));
  }

  @Test
  void aDisturbanceReadsAsASentence() {
    assertThat(new Disturbance(DisturbanceKind.BROKER_KILLED, Moment.DURING_COMMIT, 1_500, 0))
        .hasToString("broker killed during the commit, 1.5 s after recovery");
    assertThat(new Disturbance(DisturbanceKind.LINK_SLOW, Moment.ANY_TIME, 500, 9))
        .hasToString("slow connections to the broker for 9 s at any time, 0.5 s after recovery");
  }
}

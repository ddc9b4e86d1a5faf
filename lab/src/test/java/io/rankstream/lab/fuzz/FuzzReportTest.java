package io.rankstream.lab.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FuzzReportTest {

  private static final FuzzReport ONE =
      new FuzzReport(
          Map.of(Attack.GOOD, new AttackCounts(3, 3, 0)),
          Map.of("LABEL_INVALID", 1L),
          1,
          List.of());

  @Test
  void addsUp() {
    FuzzReport two =
        new FuzzReport(
            Map.of(
                Attack.GOOD, new AttackCounts(1, 1, 0),
                Attack.NOISE, new AttackCounts(2, 0, 2)),
            Map.of("LABEL_INVALID", 1L, "ENVELOPE_INVALID", 2L),
            1,
            List.of("a problem"));

    FuzzReport both = FuzzReport.empty().plus(ONE).plus(two);

    assertThat(both.attacks())
        .containsEntry(Attack.GOOD, new AttackCounts(4, 4, 0))
        .containsEntry(Attack.NOISE, new AttackCounts(2, 0, 2));
    assertThat(both.total()).isEqualTo(new AttackCounts(6, 4, 2));
    assertThat(both.reasons()).containsEntry("LABEL_INVALID", 2L);
    assertThat(both.brokerRefused()).isEqualTo(2);
    assertThat(both.problems()).containsExactly("a problem");
    assertThat(both.isClean()).isFalse();
  }

  @Test
  void isCleanWhenEveryRecordCameOutOnce() {
    assertThat(ONE.isClean()).isTrue();
  }

  @Test
  void isNotCleanWhenTheCountsDoNotAddUp() {
    FuzzReport report =
        new FuzzReport(Map.of(Attack.GOOD, new AttackCounts(3, 2, 0)), Map.of(), 0, List.of());

    assertThat(report.isClean()).isFalse();
  }
}

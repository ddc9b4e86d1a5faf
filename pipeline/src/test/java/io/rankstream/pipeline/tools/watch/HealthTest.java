package io.rankstream.pipeline.tools.watch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HealthTest {

  private static Health after(long silence, String outcome, Long waiting) {
    Health.LastStep step = new Health.LastStep(40, outcome, "non_finite", silence, 30_000);
    return Health.of(new Health.Facts(true, step, waiting, false));
  }

  @Test
  void aSilenceWithinTheUsualIsTraining() {
    assertThat(after(29_999, "taken", 5L).state()).isEqualTo(Health.State.TRAINING);
    assertThat(after(30_000, "taken", 5L).state()).isEqualTo(Health.State.STALLED);
  }

  @Test
  void saysSinceWhenAndHowManyRecordsWait() {
    assertThat(after(150_000, "taken", 1L).words())
        .contains("2 minutes", "1 record of the input has");
    assertThat(after(45_000, "taken", 7L).words()).contains("45 s", "7 records of the input have");
    assertThat(after(7_200_000, "taken", 0L).words()).contains("2 hours", "idle or finished");
    assertThat(after(7_200_000, "taken", null).words()).contains("or the job has stopped");
  }

  @Test
  void aQuarantineIsToldAlsoWhileStepsAreFresh() {
    Health health = after(0, "quarantined", 0L);
    assertThat(health.state()).isEqualTo(Health.State.QUARANTINED);
    assertThat(health.words()).contains("step 40", "non_finite");
  }

  @Test
  void withoutKafkaNothingElseIsSaid() {
    assertThat(Health.of(new Health.Facts(false, null, 3L, false)).state())
        .isEqualTo(Health.State.NO_KAFKA);
  }
}

package io.rankstream.pipeline.drift;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DriftTriggerTest {

  @Test
  void firesOnceAboveTheThresholdAndAgainForANewBase() {
    DriftTrigger trigger = new DriftTrigger(0.2, false);

    assertThat(trigger.fires(0.1)).isFalse();
    assertThat(trigger.fires(0.2)).as("not above").isFalse();
    assertThat(trigger.fires(0.21)).isTrue();
    assertThat(trigger.fires(0.5)).isFalse();
    assertThat(trigger.hasFired()).isTrue();

    trigger.rebased();

    assertThat(trigger.fires(0.1)).isFalse();
    assertThat(trigger.fires(0.3)).isTrue();
  }

  @Test
  void staysFiredOverARestart() {
    assertThat(new DriftTrigger(0.2, true).fires(1)).isFalse();
  }

  @Test
  void aThresholdOfZeroAndADriftThatIsUnknownNeverFire() {
    assertThat(new DriftTrigger(0, false).fires(2)).isFalse();
    assertThat(new DriftTrigger(0.2, false).fires(Double.NaN)).isFalse();
  }
}

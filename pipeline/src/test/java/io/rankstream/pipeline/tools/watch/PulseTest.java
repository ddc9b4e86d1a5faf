package io.rankstream.pipeline.tools.watch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PulseTest {

  private final Pulse pulse = new Pulse();

  @Test
  void followsThePaceOfTheCheckpoints() {
    assertThat(pulse.unusualSilence()).isEqualTo(30_000);
    for (int burst = 0; burst < 5; burst++) {
      for (int step = 0; step < 50; step++) {
        pulse.beat(60_000L * burst + step);
      }
    }

    assertThat(pulse.unusualSilence()).isBetween(4 * 59_900L, 4 * 60_000L);
  }

  @Test
  void oneLongStopDoesNotHideTheNext() {
    for (int i = 0; i < 6; i++) {
      pulse.beat(10_000L * i);
    }
    pulse.beat(10_000_000);

    assertThat(pulse.unusualSilence()).isEqualTo(40_000);
  }
}

package io.rankstream.pipeline.epoch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepPaceTest {

  /** Timers have milliseconds, which is less than fast rates need. */
  @ParameterizedTest
  @CsvSource({"0.5, 20", "10, 400", "5000, 200000"})
  void keepsARateOverTime(double rate, int records) {
    SweepPace pace = new SweepPace(rate);
    long start = 12_345_678_901L;
    long now = start;
    for (int i = 0; i < records; i++) {
      for (long wait = pace.await(now); wait > 0; wait = pace.await(now)) {
        now += wait * 1_000_000;
      }
    }

    assertThat((now - start) / 1e9).isBetween(records / rate - 0.1 - 1 / rate, records / rate);
  }

  @ParameterizedTest
  @CsvSource("1000")
  void doesNotMakeUpForAPause(double rate) {
    SweepPace pace = new SweepPace(rate);
    assertThat(pace.await(0)).isZero();
    long later = 60_000_000_000L;
    int atOnce = 0;
    while (pace.await(later) == 0) {
      atOnce++;
    }

    assertThat(atOnce).isBetween(100, 102);
  }

  @ParameterizedTest
  @CsvSource("0")
  void withoutARateNothingWaits(double rate) {
    SweepPace pace = new SweepPace(rate);

    for (int i = 0; i < 10; i++) {
      assertThat(pace.await(0)).isZero();
    }
  }
}

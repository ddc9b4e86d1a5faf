package io.rankstream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemorySeriesTest {

  private final MemorySeries series = new MemorySeries();

  @Test
  void flatMemoryHasNoSlope() {
    for (int i = 1; i <= 8; i++) {
      series.add(100L * i, 500_000);
    }

    assertThat(series.slope(0))
        .isEqualTo(
            "Slope after the warm-up: +0.0 kB in 1,000 steps (standard error 0.0, 8 readings)");
  }

  @Test
  void growthIsGivenForAThousandSteps() {
    for (int i = 1; i <= 8; i++) {
      series.add(100L * i, 500_000 + 50 * i);
    }

    assertThat(series.slope(0)).contains("+500.0 kB in 1,000 steps");
  }

  @Test
  void theWarmUpDoesNotCount() {
    series.add(0, 0);
    series.add(100, 200_000);
    for (int i = 2; i < 8; i++) {
      series.add(100L * i, 500_000);
    }

    assertThat(series.slope(0.25)).contains("+0.0 kB").contains("6 readings");
  }

  @Test
  void twoReadingsAreTooFew() {
    series.add(100, 500_000);
    series.add(200, 500_000);

    assertThat(series.slope(0)).startsWith("Too few readings for a slope");
  }
}

package io.rankstream.lab.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.lab.cluster.Footprint;
import org.junit.jupiter.api.Test;

class FootprintSeriesTest {

  private final FootprintSeries series = new FootprintSeries();

  @Test
  void whatDoesNotGrowHasNoSlope() {
    for (int i = 1; i <= 8; i++) {
      series.add(100L * i, new Footprint(500_000, 90, 300));
    }

    assertThat(series.slopes(0))
        .isEqualTo(
            "Slopes in 1,000 steps after the warm-up (standard error, 8 readings): resident +0.00 (0.00) kB, threads +0.00 (0.00), descriptors +0.00 (0.00)");
  }

  @Test
  void growthIsGivenForAThousandSteps() {
    for (int i = 1; i <= 8; i++) {
      series.add(100L * i, new Footprint(500_000 + 50 * i, 90 + i, 300 - i));
    }

    assertThat(series.slopes(0))
        .contains("resident +500.00 ", "threads +10.00 ", "descriptors -10.00 ");
  }

  @Test
  void theWarmUpDoesNotCount() {
    series.add(0, new Footprint(0, 0, 0));
    series.add(100, new Footprint(200_000, 50, 50));
    for (int i = 2; i < 8; i++) {
      series.add(100L * i, new Footprint(500_000, 90, 300));
    }

    assertThat(series.slopes(0.25)).contains("6 readings", "resident +0.00 ");
  }

  @Test
  void twoReadingsAreTooFew() {
    series.add(100, new Footprint(500_000, 90, 300));
    series.add(200, new Footprint(500_000, 90, 300));

    assertThat(series.slopes(0)).startsWith("Too few readings for a slope");
  }
}

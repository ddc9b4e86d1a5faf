package io.rankstream.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void hasMeanAndPopulationDeviation() {
    Spread spread = Spread.of(new double[] {1, 3});

    assertThat(spread.mean()).isEqualTo(2);
    assertThat(spread.deviation()).isEqualTo(1); // the sample deviation would be √2
    assertThat(spread).hasToString("2.0000 ± 1.0000");
  }

  @Test
  void oneSeedHasNoDeviation() {
    assertThat(Spread.of(new double[] {0.5}).deviation()).isZero();
  }
}

package io.rankstream.model.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {

  @Test
  void polynomialFallsToZeroAndStaysThere() {
    Schedule linear = Schedule.linear(100);
    Schedule square = new Schedule(Schedule.Shape.POLYNOMIAL, 100, 2, 0);

    assertThat(linear.factorAfter(0)).isEqualTo(1);
    assertThat(linear.factorAfter(25)).isEqualTo(0.75);
    assertThat(square.factorAfter(50)).isEqualTo(0.25);
    assertThat(linear.factorAfter(100)).isZero();
    assertThat(linear.factorAfter(1_000)).isZero();
  }

  @Test
  void cosineFallsSlowlyAtBothEnds() {
    Schedule cosine = new Schedule(Schedule.Shape.COSINE, 100, 1, 0);

    assertThat(cosine.factorAfter(0)).isEqualTo(1);
    assertThat(cosine.factorAfter(50)).isCloseTo(0.5, within(1e-12));
    assertThat(cosine.factorAfter(10)).isGreaterThan(0.97);
    assertThat(cosine.factorAfter(200)).isCloseTo(0, within(1e-12));
  }

  @Test
  void warmsUpFromNearZeroToThePeak() {
    Schedule schedule = new Schedule(Schedule.Shape.CONSTANT, 1, 1, 4);

    assertThat(schedule.factorAfter(0)).isEqualTo(0.25);
    assertThat(schedule.factorAfter(3)).isEqualTo(1);
    assertThat(schedule.factorAfter(50)).isEqualTo(1);
  }

  @Test
  void refusesValuesOutsideOfItsRules() {
    assertThatThrownBy(() -> Schedule.linear(0))
        .hasMessage("Invalid totalSteps: 0 (must be at least 1)");
    assertThatThrownBy(() -> new Schedule(Schedule.Shape.COSINE, 1, 1, -1))
        .hasMessage("Invalid warmUpSteps: -1 (must be at least 0)");
    for (double power : new double[] {0, 100.1, Double.NaN}) {
      assertThatThrownBy(() -> new Schedule(Schedule.Shape.POLYNOMIAL, 1, power, 0))
          .hasMessage("Invalid power: " + power + " (must be above 0, at most 100)");
    }
  }
}

package io.rankstream.pipeline.tools.report;

import static io.rankstream.pipeline.tools.Records.step;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StepRateTest {

  @Test
  void thereIsNoRateBeforeTheSecondStep() {
    StepRate rate = new StepRate(10);
    assertThat(rate.perSecond()).isZero();
    rate.add(step(1, 1, Map.of()));
    assertThat(rate.perSecond()).isZero();
    rate.add(step(1, 1, Map.of())); // in the same millisecond
    assertThat(rate.perSecond()).isZero();
  }

  @Test
  void countsTheLastStepsOnly() {
    StepRate rate = new StepRate(3);
    rate.add(step(1, 1, Map.of()));
    rate.add(step(101, 1, Map.of())); // ten seconds later
    rate.add(step(102, 1, Map.of()));
    assertThat(rate.perSecond()).isEqualTo(2 / 10.1);
    rate.add(step(103, 1, Map.of()));
    assertThat(rate.perSecond()).isEqualTo(10);
  }
}

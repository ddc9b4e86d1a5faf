package io.rankstream.model.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptimizerConfigTest {

  private static final OptimizerConfig SGD = OptimizerConfig.sgd(0.1, Schedule.constant());

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 1e6 + 1, Double.POSITIVE_INFINITY, Double.NaN})
  void theHeadsFactorHasAnUpperBoundInItsMessage(double factor) {
    assertRefused(
        () -> SGD.withHeadsFactor(factor),
        "Invalid headsFactor: " + factor + " (must be above 0, at most 1000000)");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1e30, Double.POSITIVE_INFINITY, Double.NaN})
  void theClipNormHasAnUpperBoundInItsMessage(double norm) {
    assertRefused(
        () -> SGD.withClipNorm(norm),
        "Invalid clipNorm: " + norm + " (must be at least 0, below 1e30)");
  }

  @Test
  void refusesOtherValuesOutsideOfTheirRules() {
    assertRefused(
        () -> OptimizerConfig.sgd(0, Schedule.constant()),
        "Invalid learningRate: 0.0 (must be above 0)");
    assertRefused(() -> SGD.withMomentum(1), "Invalid momentum: 1.0 (must be at least 0, below 1)");
    assertRefused(() -> SGD.withBeta2(0), "Invalid beta2: 0.0 (must be above 0, below 1)");
    assertRefused(() -> SGD.withWeightDecay(-1), "Invalid weightDecay: -1.0 (must be at least 0)");
    assertRefused(() -> SGD.withAccumulate(0), "Invalid accumulate: 0 (must be at least 1)");
  }

  @Test
  void acceptsTheBounds() {
    assertThat(SGD.withHeadsFactor(1e6).withClipNorm(9.9e29).headsFactor()).isEqualTo(1e6);
  }

  @Test
  void changesOneValueAtATime() {
    assertThat(
            SGD.withRule(OptimizerConfig.Rule.ADAMW)
                .withHeadsFactor(2)
                .withMomentum(0.8)
                .withNesterov(true)
                .withBeta2(0.99)
                .withWeightDecay(0.01)
                .withClipNorm(5)
                .withAccumulate(4)
                .withFrozen("conv1", "bn1"))
        .isEqualTo(
            new OptimizerConfig(
                OptimizerConfig.Rule.ADAMW,
                0.1,
                2,
                Schedule.constant(),
                0.8,
                true,
                0.99,
                0.01,
                5,
                4,
                List.of("conv1", "bn1")));
  }

  private static void assertRefused(ThrowingCallable change, String message) {
    assertThatThrownBy(change).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }
}

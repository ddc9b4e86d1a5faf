package io.rankstream.model.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardConfigTest {

  private static final GuardConfig GUARD = GuardConfig.defaults();

  @ParameterizedTest
  @ValueSource(doubles = {-1, 0.5, 1, 1e30, Double.POSITIVE_INFINITY, Double.NaN})
  void theNormFactorIsOffOrAboveOne(double factor) {
    assertRefused(
        () -> GUARD.withMaxNormFactor(factor),
        "Invalid maxNormFactor: " + factor + " (must be 0 or above 1, below 1e30)");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void theSpreadIsAShare(double spread) {
    assertRefused(
        () -> GUARD.withMinSpread(spread),
        "Invalid minSpread: " + spread + " (must be at least 0, below 1)");
  }

  @Test
  void messagesNameTheValue() {
    assertRefused(() -> GUARD.withPatience(0), "Invalid patience: 0 (must be at least 1)");
    assertRefused(() -> GUARD.withKeepEvery(0), "Invalid keepEvery: 0 (must be at least 1)");
    assertRefused(
        () -> GUARD.withMaxRollbacks(-1), "Invalid maxRollbacks: -1 (must be at least 0)");
  }

  @Test
  void acceptsTheBounds() {
    GuardConfig least = new GuardConfig(0, 0, 1, 1, 0);

    assertThat(least.withMaxNormFactor(9.9e29).maxNormFactor()).isEqualTo(9.9e29);
    assertThat(least.withMinSpread(0.999).minSpread()).isEqualTo(0.999);
  }

  @Test
  void changesOneValueAtATime() {
    assertThat(
            new GuardConfig(0, 0, 1, 1, 0)
                .withMaxNormFactor(100)
                .withMinSpread(1e-4)
                .withPatience(10)
                .withKeepEvery(100)
                .withMaxRollbacks(3))
        .isEqualTo(GUARD);
  }

  private static void assertRefused(ThrowingCallable change, String message) {
    assertThatThrownBy(change).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }
}

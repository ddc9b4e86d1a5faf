package io.rankstream.model.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepGuardTest {

  private static final OptionalDouble APART = OptionalDouble.of(0.5);
  private static final OptionalDouble COLLAPSED = OptionalDouble.of(1e-6);

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void objectsToFiguresThatAreNoNumbers(double bad) {
    assertThat(guard().objection(report(bad, 1, APART))).contains(StepFault.NON_FINITE);
    assertThat(guard().objection(report(1, bad, APART))).contains(StepFault.NON_FINITE);
  }

  @Test
  void objectsToAGradientFarLongerThanThoseBefore() {
    StepGuard guard = guard();
    takeSteps(guard, 99, 2);
    assertThat(guard.objection(report(1, 1e6, APART))).isEmpty(); // too few norms before it
    takeSteps(guard, 1, 2);

    assertThat(guard.objection(report(1, 19.9, APART))).isEmpty();
    assertThat(guard.objection(report(1, 20.1, APART))).contains(StepFault.EXPLODING_GRADIENT);
  }

  @Test
  void followsNormsThatChangeSlowly() {
    StepGuard guard = guard();
    for (double norm = 1; norm < 1e4; norm *= 1.02) {
      assertThat(guard.objection(report(1, norm, APART))).isEmpty();
      guard.taken(report(1, norm, APART));
    }
  }

  @Test
  void asksForARollbackAfterManySkippedStepsInARow() {
    StepGuard guard = guard();
    assertThat(guard.skipped()).isFalse();
    assertThat(guard.skipped()).isFalse();
    takeSteps(guard, 1, 1);
    assertThat(guard.skipped()).isFalse();
    assertThat(guard.isHealthy()).isFalse();
    assertThat(guard.skipped()).isFalse();
    assertThat(guard.skipped()).isTrue();
  }

  @Test
  void onlyEmbeddingsThatWereApartCanCollapse() {
    StepGuard guard = guard();
    for (int i = 0; i < 10; i++) {
      assertThat(guard.taken(report(1, 1, COLLAPSED))).isFalse();
    }
    guard.taken(report(1, 1, APART));
    assertThat(guard.taken(report(1, 1, COLLAPSED))).isFalse();
    assertThat(guard.taken(report(1, 1, COLLAPSED))).isFalse();
    assertThat(guard.isHealthy()).isFalse();
    assertThat(guard.taken(report(1, 1, COLLAPSED))).isTrue();
  }

  @Test
  void aModelWithoutARankingLossHasNoSpread() {
    StepGuard guard = guard();
    for (int i = 0; i < 10; i++) {
      assertThat(guard.taken(report(1, 1, OptionalDouble.empty()))).isFalse();
    }
  }

  @Test
  void aStepWithoutASpreadInBetweenHidesNoCollapse() {
    StepGuard guard = guard();
    guard.taken(report(1, 1, APART));
    guard.taken(report(1, 1, COLLAPSED));
    guard.taken(report(1, 1, OptionalDouble.empty()));
    assertThat(guard.isHealthy()).isFalse();
    assertThat(guard.taken(report(1, 1, COLLAPSED))).isFalse();
    assertThat(guard.taken(report(1, 1, OptionalDouble.empty()))).isFalse();
    assertThat(guard.taken(report(1, 1, COLLAPSED))).isTrue();
  }

  @Test
  void aModelThatLosesItsRankingLossIsNoLongerInDoubt() {
    StepGuard guard = guard();
    guard.taken(report(1, 1, APART));
    guard.taken(report(1, 1, COLLAPSED));
    guard.skipped();

    GuardMemory memory = guard.memory().withoutCollapse();

    assertThat(memory.collapsedInARow()).isZero();
    assertThat(memory.skippedInARow()).isEqualTo(1);
    assertThat(memory.steps()).isEqualTo(2);
    assertThat(memory.hasSpread()).isTrue();
  }

  @Test
  void givesUpWhenRollbacksCrowd() {
    StepGuard guard = guard();
    guard.rolledBack(100, StepFault.NON_FINITE);
    guard.rolledBack(200, StepFault.NON_FINITE);
    guard.rolledBack(1100, StepFault.NON_FINITE); // the first is 1,000 steps ago

    assertThatThrownBy(() -> guard.rolledBack(1199, StepFault.COLLAPSED_EMBEDDINGS))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessage(
            "The model was rolled back 3 times within 1,000 steps (last: COLLAPSED_EMBEDDINGS at step 1,199), more than guard.max-rollbacks = 2. No output of it was published. Use semi-hard instead of hard triplets (loss.ranking), or lower the weight of the ranking loss (loss.lambda) or the learning rate (optimizer.learning-rate).");
  }

  @Test
  void remembersEverythingInASnapshot() throws IOException {
    StepGuard guard = guard();
    takeSteps(guard, 150, 2);
    guard.rolledBack(50, StepFault.NON_FINITE);
    guard.rolledBack(100, StepFault.NON_FINITE);
    guard.taken(report(1, 2, COLLAPSED));
    guard.taken(report(1, 2, COLLAPSED));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    guard.memory().writeTo(new DataOutputStream(bytes));

    StepGuard restored = guard();
    restored.restore(
        GuardMemory.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()))));

    assertThat(restored.objection(report(1, 19.9, APART))).isEmpty();
    assertThat(restored.objection(report(1, 20.1, APART))).contains(StepFault.EXPLODING_GRADIENT);
    assertThat(restored.taken(report(1, 2, COLLAPSED))).isTrue();
    assertThatThrownBy(() -> restored.rolledBack(152, StepFault.NON_FINITE))
        .isInstanceOf(TrainingFailedException.class);
  }

  private static StepGuard guard() {
    return new StepGuard(
        GuardConfig.defaults().withMaxNormFactor(10).withPatience(3).withMaxRollbacks(2));
  }

  private static void takeSteps(StepGuard guard, int count, double norm) {
    for (int i = 0; i < count; i++) {
      guard.taken(report(1, norm, APART));
    }
  }

  private static StepReport report(double loss, double gradientNorm, OptionalDouble spread) {
    return new StepReport(
        1, loss, loss, 0, 0, 0, gradientNorm, 0.1, spread, StepOutcome.TAKEN, Optional.empty());
  }
}

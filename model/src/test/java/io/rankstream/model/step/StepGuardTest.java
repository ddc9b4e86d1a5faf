package io.rankstream.model.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepGuardTest {

  private static final double APART = 0.5;
  private static final double COLLAPSED = 1e-6;

  private static StepGuard guard() {
    return new StepGuard(new GuardConfig(10, 1e-4, 3, 100, 2));
  }

  private static void takeSteps(StepGuard guard, int count, double norm) {
    for (int i = 0; i < count; i++) {
      guard.taken(norm, APART);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void objectsToFiguresThatAreNoNumbers(double bad) {
    assertThat(guard().objection(bad, 1)).contains(StepFault.NON_FINITE);
    assertThat(guard().objection(1, bad)).contains(StepFault.NON_FINITE);
  }

  @Test
  void objectsToAGradientFarLongerThanThoseBefore() {
    StepGuard guard = guard();
    takeSteps(guard, 99, 2);
    assertThat(guard.objection(1, 1e6)).isEmpty(); // too few to compare with
    takeSteps(guard, 1, 2);

    assertThat(guard.objection(1, 19.9)).isEmpty();
    assertThat(guard.objection(1, 20.1)).contains(StepFault.EXPLODING_GRADIENT);
  }

  @Test
  void followsNormsThatChangeSlowly() {
    StepGuard guard = guard();
    for (double norm = 1; norm < 1e4; norm *= 1.02) {
      assertThat(guard.objection(1, norm)).isEmpty();
      guard.taken(norm, APART);
    }
  }

  @Test
  void goesBackAfterManySkippedStepsInARow() {
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
      assertThat(guard.taken(1, COLLAPSED)).isFalse();
    }
    guard.taken(1, APART);
    assertThat(guard.taken(1, COLLAPSED)).isFalse();
    assertThat(guard.taken(1, COLLAPSED)).isFalse();
    assertThat(guard.isHealthy()).isFalse();
    assertThat(guard.taken(1, COLLAPSED)).isTrue();
  }

  @Test
  void aModelWithoutARankingLossHasNoSpread() {
    StepGuard guard = guard();
    for (int i = 0; i < 10; i++) {
      assertThat(guard.taken(1, Double.NaN)).isFalse();
    }
  }

  @Test
  void givesUpWhenRollbacksCrowd() {
    StepGuard guard = guard();
    guard.rolledBack(100, StepFault.NON_FINITE);
    guard.rolledBack(200, StepFault.NON_FINITE);
    guard.rolledBack(1100, StepFault.NON_FINITE); // the first is 1,000 steps ago

    assertThatThrownBy(() -> guard.rolledBack(1199, StepFault.COLLAPSED_EMBEDDINGS))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("for the 3. time within 1,000 steps")
        .hasMessageContaining("semi-hard");
  }

  @Test
  void remembersEverythingInASnapshot() throws IOException {
    StepGuard guard = guard();
    takeSteps(guard, 150, 2);
    guard.rolledBack(50, StepFault.NON_FINITE);
    guard.rolledBack(100, StepFault.NON_FINITE);
    guard.taken(2, COLLAPSED);
    guard.taken(2, COLLAPSED);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    guard.writeTo(new DataOutputStream(bytes));

    StepGuard restored = guard();
    restored.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

    assertThat(restored.objection(1, 19.9)).isEmpty();
    assertThat(restored.objection(1, 20.1)).contains(StepFault.EXPLODING_GRADIENT);
    assertThat(restored.taken(2, COLLAPSED)).isTrue();
    assertThatThrownBy(() -> restored.rolledBack(152, StepFault.NON_FINITE))
        .isInstanceOf(TrainingFailedException.class);
  }
}

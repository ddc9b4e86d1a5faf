package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.model.ModelConfig;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.optimize.OptimizerConfig;
import io.rankstream.model.optimize.Schedule;
import io.rankstream.pipeline.Fixtures;
import org.junit.jupiter.api.Test;

class RecipeTest {

  @Test
  void thePapersRecipeIsWhatThePapersCodeDoes() {
    ModelConfig model = Fixtures.config("model.recipe", "paper").model();

    assertThat(model.loss()).isEqualTo(LossConfig.paperDefaults());
    assertThat(model.averageDecay()).isZero();
    assertThat(model.optimizer()).isEqualTo(OptimizerConfig.sgd(0.01, constant(0)));
  }

  @Test
  void theDefaultRecipeLearnsFasterAndServesAnAverage() {
    ModelConfig model = Fixtures.config().model();

    assertThat(model.loss()).isEqualTo(LossConfig.paperDefaults().withLogitAdjustment(1));
    assertThat(model.averageDecay()).isEqualTo(0.99);
    assertThat(model.optimizer())
        .isEqualTo(
            OptimizerConfig.sgd(0.03, constant(100)).withNesterov(true).withWeightDecay(0.005));
    assertThat(Fixtures.config("model.recipe", "default").model()).isEqualTo(model);
  }

  @Test
  void aSettingWinsOverTheRecipe() {
    ModelConfig model =
        Fixtures.config(
                "model.recipe", "paper",
                "optimizer.learning-rate", "0.02",
                "optimizer.nesterov", "true")
            .model();

    assertThat(model.optimizer())
        .isEqualTo(OptimizerConfig.sgd(0.02, constant(0)).withNesterov(true));
  }

  @Test
  void everyDefaultOfThePaperIsAcceptedAndDiffersFromTheOther() {
    Recipe.PAPER
        .defaults()
        .toMap()
        .forEach(
            (key, value) ->
                assertThat(Fixtures.config(key, value)).as(key).isNotEqualTo(Fixtures.config()));
  }

  @Test
  void theTableOfTheSettingsShowsBothDefaults() {
    assertThat(SettingTable.markdown())
        .contains("| `optimizer.learning-rate` | number | `0.03` (paper: `0.01`) |")
        .contains("| `optimizer.weight-decay` | number | `0.005` (paper: `0`) |")
        .contains("| `optimizer.momentum` | number | `0.9` |");
  }

  @Test
  void anUnknownRecipeIsToldWithTheOtherProblems() {
    assertThatThrownBy(
            () -> Fixtures.config("model.recipe", "secret", "optimizer.learning-rate", "0"))
        .hasMessageContaining("Invalid model.recipe: secret (must be one of default, paper)")
        .hasMessageContaining("Invalid optimizer.learning-rate: 0 (must be above 0");
  }

  private static Schedule constant(long warmUpSteps) {
    return new Schedule(Schedule.Shape.CONSTANT, 40_000, 1, warmUpSteps);
  }
}

package io.rankstream.lab.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.model.loss.RankingLoss;
import io.rankstream.pipeline.config.Sampler;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ArmTest {

  @Test
  void combinesLossesSamplersAndWeights() {
    List<Arm> arms =
        Arm.combine(
            List.of(RankingLoss.NONE, RankingLoss.CENTER),
            List.of(Sampler.PK, Sampler.NATURAL),
            List.of(),
            List.of(1.0, 2.0),
            List.of(100));

    assertThat(arms.stream().map(Arm::name))
        .containsExactly(
            "softmax pk",
            "center pk",
            "center pk λ=0.006",
            "softmax natural",
            "center natural",
            "center natural λ=0.006");
  }

  @Test
  void onlyBatchesOfPkHaveABalance() {
    List<Arm> arms =
        Arm.combine(
            List.of(RankingLoss.TRIPLET_HARD),
            List.of(Sampler.PK, Sampler.NATURAL),
            List.of("0", "0.5", "auto"),
            List.of(1.0),
            List.of(100));

    assertThat(arms.stream().map(Arm::name))
        .containsExactly(
            "triplet-hard pk γ=0",
            "triplet-hard pk γ=0.5",
            "triplet-hard pk γ=auto",
            "triplet-hard natural");
  }

  @Test
  void theArmsOfABudgetStandTogether() {
    assertThat(
            Arm.combine(
                    List.of(RankingLoss.NONE, RankingLoss.CENTER),
                    List.of(Sampler.PK),
                    List.of(),
                    List.of(1.0),
                    List.of(1500, 8000))
                .stream()
                .map(Arm::steps))
        .containsExactly(1500, 1500, 8000, 8000);
  }

  @Test
  void aWeightIsAMultipleOfThatOfThePaper() {
    assertThat(
            new Arm(RankingLoss.TRIPLET_SEMI_HARD, Sampler.PK, Optional.empty(), 0.5, 100).lambda())
        .isEqualTo(0.5);
    assertThat(new Arm(RankingLoss.CENTER, Sampler.PK, Optional.empty(), 2, 100).lambda())
        .isEqualTo(0.006);
    assertThat(new Arm(RankingLoss.NONE, Sampler.PK, Optional.empty(), 1, 100).lambda()).isZero();
  }
}

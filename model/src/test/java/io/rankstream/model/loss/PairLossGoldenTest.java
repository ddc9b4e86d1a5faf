package io.rankstream.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import io.rankstream.model.golden.GoldenCase;
import io.rankstream.model.network.UnitLength;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The losses on pairs of embeddings, against loops over anchors. */
class PairLossGoldenTest {

  private static final int CLASSES = 10; // none of these losses depends on it

  @ParameterizedTest
  @MethodSource("supervisedContrastive")
  void supervisedContrastiveLossAndItsGradientAreGolden(GoldenCase golden) {
    assertGolden(golden, new SupervisedContrastiveLoss(golden.param("temperature").asDouble()));
  }

  @ParameterizedTest
  @MethodSource("multiSimilarity")
  void multiSimilarityLossAndItsGradientAreGolden(GoldenCase golden) {
    assertGolden(golden, new MultiSimilarityLoss());
  }

  @Test
  void theTemperatureIsAboveZero() {
    LossConfig plain = LossConfig.paperDefaults(RankingLoss.SUPERVISED_CONTRASTIVE);

    assertThat(plain.withTemperature(0.07).temperature()).isEqualTo(0.07);
    assertThatThrownBy(() -> plain.withTemperature(0))
        .hasMessage("Invalid temperature: 0.0 (must be above 0)");
  }

  static Stream<GoldenCase> supervisedContrastive() {
    return GoldenCase.of("supervised_contrastive");
  }

  static Stream<GoldenCase> multiSimilarity() {
    return GoldenCase.of("multi_similarity");
  }

  private static void assertGolden(GoldenCase golden, EmbeddingLoss loss) {
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray raw = golden.array(manager, "embeddings");
      raw.setRequiresGradient(true);

      RankingOutcome outcome = loss.of(UnitLength.of(raw), golden.labels(manager), CLASSES);
      collector.backward(outcome.loss());

      golden.assertLoss("loss", outcome.loss());
      golden.assertArray("grad", raw.getGradient());
      assertThat(number(outcome.count())).isEqualTo(golden.expected("count").asDouble());
      assertThat(number(outcome.active())).isEqualTo(golden.expected("active").asDouble());
    }
  }

  private static double number(NDArray scalar) {
    return scalar.toType(DataType.FLOAT64, true).getDouble();
  }
}

package io.rankstream.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.rankstream.model.golden.GoldenCase;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassificationLossTest {

  private static final double[] SHARES = {0.7, 0.2, 0.09, 0.01};
  private static final long[] LABELS = {0, 0, 1, 3, 2};

  @ParameterizedTest
  @MethodSource("golden")
  void theLossAndItsGradientAreGolden(GoldenCase golden) {
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray logits = golden.array(manager, "logits");
      logits.setRequiresGradient(true);
      NDArray term = golden.param("adjusted").asBoolean() ? golden.array(manager, "term") : null;

      NDArray loss =
          new ClassificationLoss(golden.param("smoothing").asDouble())
              .of(logits, golden.labels(manager), term);
      collector.backward(loss);

      golden.assertLoss("loss", loss);
      golden.assertArray("grad_logits", logits.getGradient());
    }
  }

  @Test
  void withoutSmoothingItIsTheCrossEntropyBitForBit() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray logits = manager.create(new float[] {1, -2, 0.5f, 3, 0, 0, 2, -1}, new Shape(2, 4));
      NDArray labels = manager.create(new long[] {3, 0});
      NDArray term = manager.create(new float[] {0.1f, -3, 0.7f, 0});

      assertThat(new ClassificationLoss(0).of(logits, labels, term))
          .isEqualTo(CrossEntropy.mean(logits.add(term), labels));
      assertThat(new ClassificationLoss(0).of(logits, labels, null))
          .isEqualTo(CrossEntropy.mean(logits, labels));
    }
  }

  /** Where all classes are equally confident there is nothing for smoothing to draw at. */
  @Test
  void smoothingDrawsTowardsEqualConfidenceWhateverTheShares() {
    double[] plain = gradientAtEqualLogits(0);
    double[] smoothed = gradientAtEqualLogits(0.3);

    for (int i = 0; i < plain.length; i++) {
      assertThat(smoothed[i]).as("gradient[%d]", i).isCloseTo(0.7 * plain[i], within(1e-12));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void theSmoothingIsBelowOne(double smoothing) {
    assertThatThrownBy(() -> LossConfig.paperDefaults().withLabelSmoothing(smoothing))
        .hasMessage("Invalid labelSmoothing: %s (must be at least 0, below 1)", smoothing);
  }

  private static double[] gradientAtEqualLogits(double smoothing) {
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray logits =
          manager
              .create(new double[LABELS.length * SHARES.length])
              .reshape(LABELS.length, SHARES.length);
      logits.setRequiresGradient(true);
      NDArray term = manager.create(SHARES).log();

      collector.backward(
          new ClassificationLoss(smoothing).of(logits, manager.create(LABELS), term));

      return logits.getGradient().toDoubleArray();
    }
  }

  static Stream<GoldenCase> golden() {
    return GoldenCase.of("label_smoothing");
  }
}

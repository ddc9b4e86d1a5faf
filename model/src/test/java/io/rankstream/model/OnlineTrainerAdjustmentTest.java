package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.PixelBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Two classes look the same, and one is seven times as frequent as the other. */
class OnlineTrainerAdjustmentTest {

  private static final List<String> LABELS = labels();
  private static final InputSpec INPUT = Batches.smallCnn().input();

  @Test
  void withoutAdjustmentTheFrequentClassIsPredicted() {
    assertThat(confidence(config(0, 0))).isCloseTo(7f / 8, within(0.05f));
  }

  @Test
  void withAdjustmentNoClassIsFavouredForBeingFrequent() {
    assertThat(confidence(config(1, 0))).isCloseTo(1f / 2, within(0.05f));
  }

  /** Smoothing towards equal parts would give the rare class about 0.63. */
  @Test
  void withSmoothedLabelsNoClassIsFavouredForBeingSeldom() {
    assertThat(confidence(config(1, 0.2))).isCloseTo(1f / 2, within(0.05f));
  }

  @Test
  void theReportedLossIsThatOfTheTrainingWithItsShares() {
    double best = -(7 * Math.log(7.0 / 8) + Math.log(1.0 / 8)) / 8;

    for (double strength : new double[] {0, 1}) {
      try (OnlineTrainer trainer = trained(config(strength, 0))) {
        double loss = trainer.learn(pixels(500), LABELS).classificationLoss();
        assertThat(loss).isCloseTo(best, within(0.03));
      }
    }
  }

  /** Mean confidence of the frequent class. */
  private static float confidence(ModelConfig config) {
    try (OnlineTrainer trainer = trained(config)) {
      return (float)
          trainer.served().predict(pixels(1_000)).stream()
              .mapToDouble(
                  each -> each.label().equals("often") ? each.confidence() : 1 - each.confidence())
              .average()
              .orElseThrow();
    }
  }

  private static ModelConfig config(double strength, double smoothing) {
    return Batches.smallCnn()
        .withLoss(
            LossConfig.paperDefaults(RankingLoss.NONE)
                .withLogitAdjustment(strength)
                .withLabelSmoothing(smoothing));
  }

  private static OnlineTrainer trained(ModelConfig config) {
    OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu());
    for (int step = 0; step < 150; step++) {
      trainer.learn(pixels(step), LABELS);
    }
    return trainer;
  }

  private static PixelBatch pixels(long seed) {
    byte[] pixels = new byte[LABELS.size() * INPUT.pixelsPerImage()];
    new Random(seed).nextBytes(pixels);
    return new PixelBatch(LABELS.size(), INPUT.channels(), INPUT.height(), INPUT.width(), pixels);
  }

  private static List<String> labels() {
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      labels.add(i % 8 == 0 ? "seldom" : "often");
    }
    return labels;
  }
}

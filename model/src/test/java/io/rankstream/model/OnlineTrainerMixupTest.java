package io.rankstream.model;

import static io.rankstream.model.Training.arrays;
import static io.rankstream.model.Training.everything;
import static io.rankstream.model.Training.snapshot;
import static io.rankstream.model.Training.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.Mixup;
import io.rankstream.model.loss.MixupConfig;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.step.StepReport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnlineTrainerMixupTest {

  private static final List<String> LABELS = Training.LABELS;
  private static final InputSpec INPUT = Batches.smallCnn().input();
  private static final MixupConfig EVERY_STEP = new MixupConfig(1, 1);

  @Test
  void aStepEitherMixesOrCompares() {
    ModelConfig config = withMixup(LossConfig.paperDefaults(), new MixupConfig(1, 0.5));
    int mixed = 0;
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      for (int step = 0; step < 30; step++) {
        StepReport report = trainer.learn(pixels(step), LABELS);

        boolean compares = report.triplets() > 0;
        assertThat(report.spread().isPresent()).isEqualTo(compares);
        assertThat(report.loss())
            .isCloseTo(report.classificationLoss() + report.rankingLoss(), within(1e-6));
        if (!compares) {
          mixed++;
          assertThat(report.rankingLoss()).isZero();
        }
      }
    }
    assertThat(mixed).isBetween(8, 22);
  }

  @ParameterizedTest
  @EnumSource(
      value = RankingLoss.class,
      names = {"TRIPLET_SEMI_HARD", "CENTER"})
  void aStepThatMixesTrainsTheSoftmaxHeadAlone(RankingLoss ranking) throws IOException {
    ModelConfig config = withMixup(LossConfig.paperDefaults(ranking), EVERY_STEP);
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      Map<String, float[]> before = arrays(trainer);
      train(trainer, INPUT, 0, 3);
      Map<String, float[]> after = arrays(trainer);

      assertThat(after.get("embedding.weight")).isEqualTo(before.get("embedding.weight"));
      assertThat(after.get("conv1.weight")).isNotEqualTo(before.get("conv1.weight"));
    }
  }

  @Test
  void centersDoNotFollowMixedImages() throws IOException {
    try (OnlineTrainer trainer =
        OnlineTrainer.create(
            withMixup(LossConfig.paperDefaults(RankingLoss.CENTER), EVERY_STEP), Device.cpu())) {
      float[] before = centers(trainer);
      train(trainer, INPUT, 0, 3);

      assertThat(centers(trainer)).isEqualTo(before);
    }
  }

  /** The mixed batch is made of bytes here, so it is a rounding away from that of the trainer. */
  @Test
  void theLossOfAMixedBatchIsTheWeightedMeanOfItsTwoLabels() {
    LossConfig loss = LossConfig.paperDefaults(RankingLoss.NONE).withLabelSmoothing(0.1);
    PixelBatch images = Batches.pixels(INPUT, 4, 1, 5);
    List<String> labels = Batches.labels(4, 1);
    try (OnlineTrainer trainer = OnlineTrainer.create(withMixup(loss, EVERY_STEP), Device.cpu())) {
      trainer.learnLabels(labels);
      for (int step = 0; step < 6; step++) {
        trainer.moveTo(step); // to another mixing, with the same weights
        Mixing mixing = Mixing.of(step);
        PixelBatch mixed = mixing.of(images);
        double own = plainLoss(loss, mixed, labels);
        double partners = plainLoss(loss, mixed, mixing.of(labels));

        try (PreparedStep prepared = trainer.prepare(images, labels)) {
          assertThat(prepared.report().classificationLoss())
              .as("step %d", step)
              .isCloseTo(mixing.weight() * own + (1 - mixing.weight()) * partners, within(5e-3));
        }
      }
    }
  }

  @Test
  void aRestoredModelMixesTheSameSteps() throws IOException {
    ModelConfig config =
        withMixup(
                LossConfig.paperDefaults(RankingLoss.CENTER)
                    .withLogitAdjustment(0.5)
                    .withLabelSmoothing(0.1),
                new MixupConfig(0.3, 0.5))
            .withOptimizer(everything(2))
            .withAverageDecay(0.9);
    byte[] undisturbed;
    byte[] midway;
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, INPUT, 0, 21);
      midway = snapshot(trainer);
      train(trainer, INPUT, 21, 40);
      undisturbed = snapshot(trainer);
    }

    try (OnlineTrainer restored =
        OnlineTrainer.restore(config, Device.cpu(), new ByteArrayInputStream(midway))) {
      train(restored, INPUT, 21, 40);

      assertThat(snapshot(restored)).isEqualTo(undisturbed);
    }
  }

  @Test
  void learnsWithMixedImages() {
    ModelConfig config = withMixup(LossConfig.paperDefaults(), new MixupConfig(0.2, 0.5));
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, INPUT, 0, 80);

      assertThat(trainer.served().predict(pixels(1_000)))
          .extracting(Prediction::label)
          .isEqualTo(LABELS);
    }
  }

  @Test
  void aStepThatMixesPredictsNothing() {
    ModelConfig config = withMixup(LossConfig.paperDefaults(), EVERY_STEP);
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu());
        PreparedStep step = trainer.prepare(pixels(0), LABELS)) {
      assertThatThrownBy(() -> trainer.predicted(step))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "No predictions in a step that mixes its images: predict them with served() before it");
    }
  }

  private static ModelConfig withMixup(LossConfig loss, MixupConfig mixup) {
    return Batches.smallCnn().withLoss(loss.withMixup(mixup));
  }

  private static PixelBatch pixels(long seed) {
    return Batches.pixels(INPUT, Training.P, Training.K, seed);
  }

  private static float[] centers(OnlineTrainer trainer) {
    try (ModelSnapshot snapshot = trainer.snapshot()) {
      return snapshot.buffers().get(ModelBuffers.CENTERS).toFloatArray();
    }
  }

  private static double plainLoss(LossConfig loss, PixelBatch images, List<String> labels) {
    try (OnlineTrainer trainer =
        OnlineTrainer.create(Batches.smallCnn().withLoss(loss), Device.cpu())) {
      trainer.learnLabels(Batches.labels(4, 1));
      try (PreparedStep step = trainer.prepare(images, labels)) {
        return step.report().classificationLoss();
      }
    }
  }

  /** What a step mixes, read out of its mixing. */
  private record Mixing(double weight, List<Integer> partners) {

    static Mixing of(long step) {
      Mixup mixup = Mixup.of(EVERY_STEP, Batches.smallCnn().seed(), step, 4).orElseThrow();
      try (NDManager manager = NDManager.newBaseManager()) {
        float weight = mixup.mixed(manager.create(1f), manager.create(0f)).getFloat();
        int[] partners = mixup.partnersOf(manager.create(new int[] {0, 1, 2, 3})).toIntArray();
        return new Mixing(weight, Arrays.stream(partners).boxed().toList());
      }
    }

    List<String> of(List<String> labels) {
      return partners.stream().map(labels::get).toList();
    }

    PixelBatch of(PixelBatch images) {
      byte[] plain = images.pixels();
      int size = plain.length / images.count();
      byte[] pixels = new byte[plain.length];
      for (int i = 0; i < pixels.length; i++) {
        int own = plain[i] & 0xFF;
        int other = plain[partners.get(i / size) * size + i % size] & 0xFF;
        pixels[i] = (byte) Math.round(weight * own + (1 - weight) * other);
      }
      return new PixelBatch(
          images.count(), images.channels(), images.height(), images.width(), pixels);
    }
  }
}

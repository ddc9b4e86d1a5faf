package io.rankstream.model;

import static io.rankstream.model.Training.arrays;
import static io.rankstream.model.Training.snapshot;
import static io.rankstream.model.Training.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.optimize.OptimizerConfig;
import io.rankstream.model.optimize.Schedule;
import io.rankstream.model.step.GuardConfig;
import io.rankstream.model.step.StepFault;
import io.rankstream.model.step.StepOutcome;
import io.rankstream.model.step.StepReport;
import io.rankstream.model.step.TrainingFailedException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OnlineTrainerGuardTest {

  private static final int P = Training.P;
  private static final int K = Training.K;
  private static final List<String> LABELS = Training.LABELS;

  private static final GuardConfig UNGUARDED =
      GuardConfig.defaults().withMaxNormFactor(0).withMinSpread(0);

  @Test
  void aStepWithAnExplodingGradientChangesNoWeight() throws IOException {
    ModelConfig config =
        Batches.smallCnn().withGuard(UNGUARDED.withMaxNormFactor(1.000001).withPatience(1000));
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, config.input(), 0, 100); // the first norms are not compared
      List<String> wrong = new ArrayList<>(LABELS);
      Collections.rotate(wrong, K);
      int skipped = 0;
      for (int i = 100; i < 110; i++) {
        Map<String, float[]> before = arrays(trainer);
        StepReport report = trainer.learn(Batches.pixels(config.input(), P, K, i), wrong);

        assertThat(report.step()).isEqualTo(i + 1);
        if (report.outcome() == StepOutcome.SKIPPED) {
          assertThat(report.fault()).contains(StepFault.EXPLODING_GRADIENT);
          assertThat(arrays(trainer))
              .usingRecursiveComparison()
              .isEqualTo(before); // BatchNorm's statistics too
          skipped++;
        }
      }
      assertThat(skipped).isPositive();
    }
  }

  @Test
  void aRestoreAmongSkippedStepsEndsAsTheUndisturbedRunBitForBit() throws IOException {
    ModelConfig config =
        Batches.smallCnn()
            .withGuard(UNGUARDED.withMaxNormFactor(1.000001).withPatience(10).withKeepEvery(40));
    List<StepOutcome> undisturbed = new ArrayList<>();
    byte[] skipping;
    byte[] end;
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, config.input(), 0, 100);
      learnWrong(trainer, 3);
      skipping = snapshot(trainer);
      undisturbed.addAll(learnWrong(trainer, 7));
      train(trainer, config.input(), 100, 110);
      end = snapshot(trainer);
    }

    try (OnlineTrainer restored =
        OnlineTrainer.restore(config, Device.cpu(), new ByteArrayInputStream(skipping))) {
      assertThat(snapshot(restored)).isEqualTo(skipping);
      assertThat(learnWrong(restored, 7)).isEqualTo(undisturbed).endsWith(StepOutcome.ROLLED_BACK);
      train(restored, config.input(), 100, 110);
      assertThat(snapshot(restored)).isEqualTo(end);
    }
  }

  @Test
  void restoredWeightsOfAHealthyModelAreGoodOnes() throws IOException {
    ModelConfig config =
        Batches.smallCnn().withGuard(UNGUARDED.withMaxNormFactor(1.000001).withPatience(1));
    byte[] healthy;
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, config.input(), 0, 100);
      healthy = snapshot(trainer);
    }

    try (OnlineTrainer restored =
        OnlineTrainer.restore(config, Device.cpu(), new ByteArrayInputStream(healthy))) {
      Map<String, float[]> good = arrays(restored);
      assertThat(learnWrong(restored, 1)).containsExactly(StepOutcome.ROLLED_BACK);
      assertThat(arrays(restored)).usingRecursiveComparison().isEqualTo(good);
    }
  }

  @Test
  void divergenceRollsBackAndStopsInTheEnd() {
    ModelConfig config =
        Batches.smallCnn()
            .withGuard(UNGUARDED.withPatience(1).withKeepEvery(1).withMaxRollbacks(2))
            .withOptimizer(OptimizerConfig.sgd(1e15, Schedule.constant()));
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      PixelBatch images = Batches.pixels(config.input(), P, K, 0);
      List<StepOutcome> outcomes = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  outcomes.add(trainer.learn(images, LABELS).outcome());
                }
              })
          .isInstanceOf(TrainingFailedException.class)
          .hasMessageContaining("was rolled back 3 times within 1,000 steps")
          .hasMessageContaining("Lower the learning rate");

      assertThat(outcomes).contains(StepOutcome.TAKEN, StepOutcome.ROLLED_BACK);
      assertThat(trainer.served().embed(images)).allMatch(EmbeddedImage::isFinite);
    }
  }

  @Test
  void collapsedEmbeddingsRollBack() throws IOException {
    GuardConfig guard = UNGUARDED.withMinSpread(1e-4).withPatience(3);
    ModelConfig config = Batches.smallCnn().withGuard(guard);
    byte[] learnt;
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, config.input(), 0, 10);
      learnt = snapshot(trainer);
    }

    // The bound moves instead of the embeddings: for the guard that is a collapse.
    ModelConfig strict = config.withGuard(guard.withMinSpread(0.999));
    try (OnlineTrainer trainer =
        OnlineTrainer.restore(strict, Device.cpu(), new ByteArrayInputStream(learnt))) {
      Map<String, float[]> good = arrays(trainer);
      List<StepReport> reports = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        reports.add(trainer.learn(Batches.pixels(config.input(), P, K, i), LABELS));
      }

      assertThat(reports)
          .extracting(StepReport::outcome)
          .containsExactly(StepOutcome.TAKEN, StepOutcome.TAKEN, StepOutcome.ROLLED_BACK);
      assertThat(reports.get(2).fault()).contains(StepFault.COLLAPSED_EMBEDDINGS);
      assertThat(arrays(trainer)).usingRecursiveComparison().isEqualTo(good);
      assertThat(trainer.step()).isEqualTo(13);
    }
  }

  /** Learns one batch again and again with labels that make its gradient long. */
  private static List<StepOutcome> learnWrong(OnlineTrainer trainer, int steps) {
    List<String> wrong = new ArrayList<>(LABELS);
    Collections.rotate(wrong, K);
    PixelBatch images = Batches.pixels(Batches.smallCnn().input(), P, K, 1000);
    List<StepOutcome> outcomes = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      outcomes.add(trainer.learn(images, wrong).outcome());
    }
    return outcomes;
  }
}

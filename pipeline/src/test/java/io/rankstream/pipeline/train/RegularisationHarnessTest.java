package io.rankstream.pipeline.train;

import static io.rankstream.pipeline.train.TrainingBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

/** The training operator with every random change of a batch switched on. */
class RegularisationHarnessTest {

  private static final int STEPS = 10;
  private static final JobConfig CONFIG =
      TrainingBatches.config(
          "augmentation.crop-padding", "2",
          "augmentation.flip", "true",
          "augmentation.zoom", "0.3",
          "augmentation.erase", "0.5",
          "loss.label-smoothing", "0.1",
          "loss.mixup", "0.4",
          "loss.ranking", "supervised-contrastive");

  @Test
  void aRestoredOperatorTakesTheSameSteps() throws Exception {
    List<TrainingMetrics> undisturbed;
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      process(trainer, 0, STEPS);
      trainer.endInput();
      undisturbed = trainer.steps();
    }

    List<TrainingMetrics> steps = new ArrayList<>();
    OperatorSubtaskState snapshot;
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      process(trainer, 0, 5);
      trainer.prepareSnapshotPreBarrier(1);
      steps.addAll(trainer.steps());
      snapshot = trainer.snapshot(1, 1);
    }
    try (TrainerHarness trainer = TrainerHarness.failedOver(CONFIG, snapshot)) {
      process(trainer, 5, STEPS);
      trainer.endInput();
      steps.addAll(trainer.steps());
    }

    assertThat(steps).hasSize(STEPS).isEqualTo(undisturbed);
    assertThat(steps)
        .extracting(step -> step.getTriplets() > 0)
        .as("steps that compare images, and steps that mix them")
        .contains(true, false);
  }

  private static void process(TrainerHarness trainer, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      trainer.process(batch("a", i));
    }
  }
}

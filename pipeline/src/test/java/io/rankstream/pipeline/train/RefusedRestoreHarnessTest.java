package io.rankstream.pipeline.train;

import static io.rankstream.pipeline.train.TrainingBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.model.SnapshotRefusedException;
import io.rankstream.pipeline.config.JobConfig;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A restored model that does not fit the configuration ends the job: a restart would not help. */
class RefusedRestoreHarnessTest {

  private OperatorSubtaskState state;

  @BeforeEach
  void learnFourClasses() throws Exception {
    try (TrainerHarness trainer = TrainerHarness.started(TrainingBatches.CONFIG)) {
      trainer.process(batch("a", 0));
      trainer.endInput();
      trainer.prepareSnapshotPreBarrier(1);
      state = trainer.snapshot(1, 1);
    }
  }

  @Test
  void fewerClassesThanTheModelKnowsEndTheJob() {
    assertEndsTheJob(
        TrainingBatches.config("model.max-classes", "3", "batch.classes", "3"),
        "a model of 4 classes, more than model.max-classes = 3: set it to at least 4");
  }

  @Test
  void anotherArchitectureEndsTheJob() {
    assertEndsTheJob(
        TrainingBatches.config("model.width", "32", "model.height", "32"),
        "restore it with the configuration that it was made with, or start without it");
  }

  @Test
  void asManyClassesAsTheModelKnowsAreEnough() throws Exception {
    try (TrainerHarness trainer =
        TrainerHarness.failedOver(
            TrainingBatches.config("model.max-classes", "4", "batch.classes", "4"), state)) {
      trainer.process(batch("a", 1));
      trainer.endInput();

      assertThat(trainer.metrics()).hasSize(1);
    }
  }

  private void assertEndsTheJob(JobConfig config, String advice) {
    assertThatThrownBy(() -> TrainerHarness.failedOver(config, state).close())
        .hasStackTraceContaining(SuppressRestartsException.class.getName())
        .hasRootCauseInstanceOf(SnapshotRefusedException.class)
        .rootCause()
        .hasMessageContaining(advice);
  }
}

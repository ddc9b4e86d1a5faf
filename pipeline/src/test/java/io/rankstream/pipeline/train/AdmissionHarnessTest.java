package io.rankstream.pipeline.train;

import static io.rankstream.pipeline.train.TrainingBatches.CONFIG;
import static io.rankstream.pipeline.train.TrainingBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.TrainingMetrics;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

/**
 * Images that the trainer has no place for; the batches have two images of each of four classes.
 */
class AdmissionHarnessTest {

  private static final JobConfig THREE_CLASSES =
      TrainingBatches.config("model.max-classes", "3", "batch.classes", "2");

  @Test
  void newClassesBeyondTheCapacityBecomeDeadLettersAndTheOthersAreTrained() throws Exception {
    try (TrainerHarness trainer = TrainerHarness.started(THREE_CLASSES)) {
      trainer.process(batch("a", 0));
      trainer.process(batch("a", 1));
      trainer.endInput();

      assertThat(trainer.metrics())
          .extracting(TrainingMetrics::getKnownClasses)
          .containsExactly(3, 3);
      assertThat(trainer.letters())
          .allMatch(letter -> letter.getReason().equals("TOO_MANY_CLASSES"))
          .extracting(DeadLetter::getSourceOffset)
          .containsExactly(6L, 7L, 14L, 15L);
    }
  }

  @Test
  void aReplayedImageOfSuchAClassHasNoSecondLetter() throws Exception {
    try (TrainerHarness trainer = TrainerHarness.started(THREE_CLASSES)) {
      trainer.process(batch("a", 0));
      trainer.process(replayed(batch("a", 0)));
      trainer.endInput();

      assertThat(trainer.letters()).hasSize(2);
      assertThat(trainer.metrics()).hasSize(2);
    }
  }

  @Test
  void aBatchOfNothingButSuchClassesStopsNothing() throws Exception {
    try (TrainerHarness trainer = TrainerHarness.started(THREE_CLASSES)) {
      trainer.process(batch("a", 0));
      MicroBatch batch = batch("a", 1);
      trainer.process(batch.with(batch.images().subList(6, 8)));
      trainer.process(batch("a", 2));
      trainer.endInput();

      assertThat(trainer.metrics()).extracting(TrainingMetrics::getStep).containsExactly(1L, 2L);
      assertThat(trainer.letters()).hasSize(6);
    }
  }

  @Test
  void aRestartWithMoreRowsTakesTheClassesThatWereRefused() throws Exception {
    OperatorSubtaskState snapshot;
    try (TrainerHarness trainer = TrainerHarness.started(THREE_CLASSES)) {
      trainer.process(batch("a", 0));
      trainer.endInput();
      trainer.prepareSnapshotPreBarrier(1);
      snapshot = trainer.snapshot(1, 1);
    }

    try (TrainerHarness trainer = TrainerHarness.failedOver(CONFIG, snapshot)) {
      trainer.process(batch("a", 1));
      trainer.endInput();

      assertThat(trainer.letters()).isEmpty();
      assertThat(trainer.metrics().get(0).getKnownClasses()).isEqualTo(4);
    }
  }

  @Test
  void aRemovedStreamLeavesTheStateAndItsWaitingImagesAreNotTrained() throws Exception {
    OperatorSubtaskState snapshot;
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      trainer.process(batch("a", 0));
      trainer.process(batch("b", 0));
      trainer.endInput();
      trainer.prepareSnapshotPreBarrier(1);
      snapshot = trainer.snapshot(1, 1);
    }

    OperatorSubtaskState without;
    try (TrainerHarness trainer =
        TrainerHarness.failedOver(TrainingBatches.config("input.streams", "a"), snapshot)) {
      MicroBatch waited = batch("b", 1); // the window had its images
      trainer.process(waited);
      trainer.process(batch("a", 1));
      trainer.endInput();
      assertThat(trainer.metrics()).extracting(TrainingMetrics::getStream).containsExactly("a");
      trainer.prepareSnapshotPreBarrier(2);
      without = trainer.snapshot(2, 2);
    }

    try (TrainerHarness trainer = TrainerHarness.restored(without, 1, 0)) {
      trainer.process(batch("a", 2));
      trainer.process(batch("b", 2));
      trainer.endInput();
      assertThat(trainer.metrics())
          .as("the stream starts a new model when it comes back")
          .extracting(TrainingMetrics::getStep)
          .containsExactly(3L, 1L);
    }
  }

  private static MicroBatch replayed(MicroBatch batch) {
    return batch.with(
        batch.images().stream().map(slot -> new BatchImage(slot.image(), false)).toList());
  }
}

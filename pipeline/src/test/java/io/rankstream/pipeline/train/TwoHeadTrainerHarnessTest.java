package io.rankstream.pipeline.train;

import static io.rankstream.pipeline.train.TrainingBatches.CONFIG;
import static io.rankstream.pipeline.train.TrainingBatches.batch;
import static io.rankstream.pipeline.train.TrainingBatches.heldUp;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.model.ModelFile;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.schemas.TrainingMetrics;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TwoHeadTrainerHarnessTest {

  @Test
  void tellsTheEmbeddersOfAVersionEverySoManySteps() throws Exception {
    JobConfig config = TrainingBatches.config("embed.every-steps", "3");
    try (TrainerHarness trainer = TrainerHarness.started(config)) {
      for (int i = 0; i < 7; i++) {
        trainer.process(batch("a", i));
        int told = (i + 1) / 3;
        while (trainer.metrics().size() <= i || trainer.told().size() < told) {
          trainer.yieldOnce();
        }
      }

      assertThat(trainer.metrics())
          .extracting(TrainingMetrics::getStep)
          .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
      assertThat(trainer.told()).extracting(VersionPointer::version).containsExactly(3L, 6L);
      for (VersionPointer pointer : trainer.told()) {
        ModelFile file = ModelFile.read(TrainerHarness.file(pointer));
        assertThat(file.provenance().stream()).isEqualTo("a");
        assertThat(file.provenance().version()).isEqualTo(pointer.version());
        assertThat(file.provenance().lineage()).isEqualTo(pointer.lineage());
        assertThat(file.labels()).hasSize(4);
      }
    }
  }

  @Test
  void aCompleteCheckpointDeletesTheVersionsThatNoEmbedderNeeds() throws Exception {
    JobConfig config = TrainingBatches.config("embed.every-steps", "1");
    OperatorSubtaskState snapshot;
    List<VersionPointer> told;
    try (TrainerHarness trainer = TrainerHarness.started(config)) {
      tellOneByOne(trainer, 0, 2);
      trainer.prepareSnapshotPreBarrier(1);
      snapshot = trainer.snapshot(1, 1);
      tellOneByOne(trainer, 2, 3);
      told = trainer.told();
      trainer.notifyOfCompletedCheckpoint(1);
      while (Files.exists(TrainerHarness.file(told.get(0)))) {
        trainer.yieldOnce();
      }

      assertThat(TrainerHarness.file(told.get(1))).exists();
      assertThat(TrainerHarness.file(told.get(2))).exists();
    }

    // The file that the checkpoint names is gone, and a failed attempt left another one.
    Files.delete(TrainerHarness.file(told.get(1)));
    try (TrainerHarness trainer = TrainerHarness.failedOver(config, snapshot)) {
      while (Files.exists(TrainerHarness.file(told.get(2)))) {
        trainer.yieldOnce();
      }

      assertThat(ModelFile.read(TrainerHarness.file(told.get(1))).provenance().version())
          .isEqualTo(2);
    }
  }

  /** Tasks before the embedders may have to take in yet what was on its way when it was cut. */
  @Test
  void afterARestoreTellsNothingBeforeACheckpointIsComplete() throws Exception {
    JobConfig config = TrainingBatches.config("embed.every-steps", "1");
    OperatorSubtaskState snapshot;
    try (TrainerHarness trainer = TrainerHarness.started(config)) {
      tellOneByOne(trainer, 0, 1);
      trainer.prepareSnapshotPreBarrier(1);
      snapshot = trainer.snapshot(1, 1);
    }

    try (TrainerHarness trainer = TrainerHarness.failedOver(config, snapshot)) {
      for (int i = 1; i < 4; i++) {
        trainer.process(batch("a", i));
        while (trainer.metrics().size() < i) {
          trainer.yieldOnce();
        }
      }
      trainer.prepareSnapshotPreBarrier(2);
      trainer.snapshot(2, 2);
      assertThat(trainer.told()).isEmpty();

      trainer.notifyOfCompletedCheckpoint(2);
      while (trainer.told().isEmpty()) {
        trainer.yieldOnce();
      }

      assertThat(trainer.told()).extracting(VersionPointer::version).containsExactly(4L);
    }
  }

  private static void tellOneByOne(TrainerHarness trainer, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      trainer.process(batch("a", i));
      while (trainer.told().size() <= i) {
        trainer.yieldOnce();
      }
    }
  }

  @Test
  void scoresAlikeFromBothPassesWhereBatchNormIsFrozen() throws Exception {
    List<Double> served = accuracies("served");
    List<Double> inStep = accuracies("in-step");

    assertThat(inStep).hasSize(12).isEqualTo(served);
    assertThat(served.get(0)).describedAs("no class is known before the first step").isZero();
    assertThat(served.get(11)).isPositive();
  }

  @Test
  void keepsAModelForEachStream() throws Exception {
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      trainer.process(batch("a", 0));
      trainer.process(batch("b", 0));
      trainer.process(batch("a", 1));
      trainer.endInput();

      assertThat(trainer.metrics())
          .extracting(TrainingMetrics::getStep)
          .containsExactly(1L, 1L, 2L);
    }
  }

  @Test
  void restoresModelsAndGoesOnAsIfNothingHadHappened() throws Exception {
    List<TrainingMetrics> undisturbed;
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      processBatches(trainer, 0, 6);
      trainer.endInput();
      undisturbed = trainer.steps();
    }

    List<TrainingMetrics> steps = new ArrayList<>();
    OperatorSubtaskState snapshot;
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      processBatches(trainer, 0, 4);
      // Some of the batches are trained on by now, others wait; the snapshot takes either as they
      // are.
      trainer.prepareSnapshotPreBarrier(1);
      steps.addAll(trainer.steps());
      snapshot = trainer.snapshot(1, 1);
    }
    try (TrainerHarness trainer = TrainerHarness.restored(snapshot, 1, 0)) {
      processBatches(trainer, 4, 6);
      trainer.endInput();
      steps.addAll(trainer.steps());
    }

    assertThat(steps).isEqualTo(undisturbed);
  }

  @Test
  void takesModelsAlongWhenTheJobIsRescaled() throws Exception {
    List<String> streams = List.of("a", "b", "c", "d", "e", "f");
    OperatorSubtaskState snapshot;
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      for (String stream : streams) {
        trainer.process(batch(stream, 0));
      }
      trainer.endInput();
      trainer.prepareSnapshotPreBarrier(1);
      snapshot = trainer.snapshot(1, 1);
    }

    Map<String, Long> steps = new TreeMap<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      try (TrainerHarness trainer = TrainerHarness.restored(snapshot, 2, subtask)) {
        for (String stream : streams) {
          if (TrainerHarness.owner(stream, 2) == subtask) {
            trainer.process(batch(stream, 1));
          }
        }
        trainer.endInput();
        trainer.metrics().forEach(each -> steps.put(each.getStream(), each.getStep()));
      }
    }

    assertThat(steps)
        .isEqualTo(streams.stream().collect(Collectors.toMap(stream -> stream, stream -> 2L)));
  }

  @Test
  void whatAStartFromASavepointWritesIsNewerThanWhatTheAbandonedTimelineWrote() throws Exception {
    OperatorSubtaskState savepoint;
    List<TrainingMetrics> abandoned;
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      trainer.process(batch("a", 0));
      trainer.prepareSnapshotPreBarrier(1);
      savepoint = trainer.snapshot(1, 1);
      processBatches(trainer, 1, 4);
      trainer.endInput();
      abandoned = trainer.metrics();
    }

    List<TrainingMetrics> rolledBack;
    try (TrainerHarness trainer = TrainerHarness.startedFrom(savepoint, "/savepoint-1")) {
      trainer.process(batch("a", 1));
      trainer.endInput();
      rolledBack = trainer.metrics();
    }

    VersionRank last = VersionRank.of(abandoned.get(abandoned.size() - 1));
    VersionRank first = VersionRank.of(rolledBack.get(0));
    assertThat(first.version()).isLessThan(last.version());
    assertThat(first.isNewerThan(last)).isTrue();
  }

  /** With two places for all streams, the first batch of the second stream would wait for ever. */
  @Test
  @Timeout(60)
  void aBurstOfOneStreamDoesNotKeepTheBatchesOfAnotherOut() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      trainer.process(heldUp(batch("a", 0), released));
      trainer.process(batch("a", 1));
      trainer.process(batch("b", 0));
      trainer.process(batch("b", 1));
      assertThat(trainer.metrics()).as("nothing is finished yet").isEmpty();

      released.countDown();
      trainer.endInput();

      assertThat(trainer.metrics())
          .extracting(metrics -> metrics.getStream() + metrics.getStep())
          .containsExactly("a1", "a2", "b1", "b2");
    } finally {
      released.countDown();
    }
  }

  /** Two places: the third batch waits for the first, and holds the input up. */
  @Test
  @Timeout(60)
  void aCheckpointComesWhileAStepHoldsTheInputUp() throws Exception {
    List<TrainingMetrics> undisturbed;
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      processBatches(trainer, 0, 5);
      trainer.endInput();
      undisturbed = trainer.steps();
    }

    CountDownLatch released = new CountDownLatch(1);
    List<OperatorSubtaskState> snapshots = new ArrayList<>();
    List<TrainingMetrics> steps = new ArrayList<>();
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      trainer.process(batch("a", 0));
      while (trainer.metrics().isEmpty()) {
        trainer.yieldOnce();
      }
      trainer.barrier(
          () -> {
            steps.addAll(trainer.steps());
            snapshots.add(trainer.snapshot(1, 1));
            released.countDown();
          });
      trainer.process(heldUp(batch("a", 1), released));
      trainer.process(batch("a", 2));
      assertThat(snapshots).as("there is room").isEmpty();
      trainer.process(batch("a", 3));
      assertThat(snapshots).hasSize(1);
    } finally {
      released.countDown();
    }
    assertThat(steps).hasSize(1);

    try (TrainerHarness trainer = TrainerHarness.failedOver(CONFIG, snapshots.get(0))) {
      trainer.process(batch("a", 4));
      trainer.endInput();
      steps.addAll(trainer.steps());
    }
    assertThat(steps).isEqualTo(undisturbed);
  }

  private static void processBatches(TrainerHarness trainer, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      trainer.process(batch("a", i));
    }
  }

  /** The fading accuracy at each of twelve steps. */
  private static List<Double> accuracies(String predictionsFrom) throws Exception {
    JobConfig config =
        TrainingBatches.config("model.batch-norm", "frozen", "prequential.from", predictionsFrom);
    try (TrainerHarness trainer = TrainerHarness.started(config)) {
      processBatches(trainer, 0, 12);
      trainer.endInput();
      return trainer.metrics().stream().map(each -> each.getAccuracy().getMicro()).toList();
    }
  }
}

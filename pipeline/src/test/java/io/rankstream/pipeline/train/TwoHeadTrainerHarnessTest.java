package io.rankstream.pipeline.train;

import static io.rankstream.pipeline.Fixtures.key;
import static io.rankstream.pipeline.train.TrainingBatches.CONFIG;
import static io.rankstream.pipeline.train.TrainingBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.MicroBatch.Purpose;
import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.TrainingMetrics;
import java.util.AbstractList;
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
  void embedsInTheOrderOfTheInputWithTheVersionAfterTheStep() throws Exception {
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      trainer.process(batch("a", 0));
      trainer.process(batch("a", 1, Purpose.EMBED));
      trainer.process(batch("a", 2));
      trainer.endInput();

      List<ImageEmbedding> embeddings = trainer.embeddings();
      assertThat(embeddings).hasSize(24);
      assertThat(embeddings.subList(0, 8))
          .allMatch(each -> each.getModelVersion() == 1 && each.getTrained());
      assertThat(embeddings.subList(8, 16))
          .allMatch(each -> each.getModelVersion() == 1 && !each.getTrained());
      assertThat(embeddings.subList(16, 24)).allMatch(each -> each.getModelVersion() == 2);
      assertThat(embeddings.get(9).getImageId()).isEqualTo("a-1-1");
      assertThat(embeddings.get(9).getSourceOffset()).isEqualTo(9);
      assertThat(trainer.metrics()).extracting(TrainingMetrics::getStep).containsExactly(1L, 2L);
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
      assertThat(trainer.embeddings())
          .extracting(ImageEmbedding::getSpaceId)
          .contains(
              "a/small-cnn-1x28x28-half-range-d16-c1000-s42",
              "b/small-cnn-1x28x28-half-range-d16-c1000-s42");
    }
  }

  @Test
  void restoresModelsAndGoesOnAsIfNothingHadHappened() throws Exception {
    List<ImageEmbedding> undisturbed;
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      processBatches(trainer, 0, 6);
      trainer.endInput();
      undisturbed = trainer.embeddings();
    }

    List<ImageEmbedding> embeddings = new ArrayList<>();
    OperatorSubtaskState snapshot;
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      processBatches(trainer, 0, 4);
      // Some of the batches are trained on by now, others wait; the snapshot takes either as they
      // are.
      trainer.prepareSnapshotPreBarrier(1);
      embeddings.addAll(trainer.embeddings());
      snapshot = trainer.snapshot(1, 1);
    }
    try (TrainerHarness trainer = TrainerHarness.restored(snapshot, 1, 0)) {
      processBatches(trainer, 4, 6);
      trainer.endInput();
      embeddings.addAll(trainer.embeddings());
    }

    assertThat(embeddings).extracting(ImageEmbedding::getLineage).containsOnly(lineage(embeddings));
    assertThat(withoutLineage(embeddings)).isEqualTo(withoutLineage(undisturbed));
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
    List<ImageEmbedding> abandoned;
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      trainer.process(batch("a", 0));
      trainer.prepareSnapshotPreBarrier(1);
      savepoint = trainer.snapshot(1, 1);
      processBatches(trainer, 1, 4);
      trainer.endInput();
      abandoned = trainer.embeddings();
    }

    List<ImageEmbedding> rolledBack;
    try (TrainerHarness trainer = TrainerHarness.startedFrom(savepoint, "/savepoint-1")) {
      trainer.process(batch("a", 1));
      trainer.endInput();
      rolledBack = trainer.embeddings();
    }

    VersionRank last = VersionRank.of(abandoned.get(abandoned.size() - 1));
    VersionRank first = VersionRank.of(rolledBack.get(0));
    assertThat(first.version()).isLessThan(last.version());
    assertThat(first.isNewerThan(last)).isTrue();
  }

  @Test
  void aDeletionLeavesInItsPlaceAmongTheEmbeddings() throws Exception {
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      trainer.process(batch("a", 0));
      trainer.process(MicroBatch.deletion(key("a"), "a-0-1"));
      trainer.process(batch("a", 1, Purpose.EMBED));
      trainer.endInput();

      List<EmbeddingChange> changes = trainer.extractOutputValues();
      assertThat(changes).hasSize(17);
      assertThat(changes.get(8)).isEqualTo(EmbeddingChange.deletion("a", "a-0-1"));
      assertThat(trainer.embeddings().get(1).getImageId()).isEqualTo("a-0-1");
      assertThat(trainer.embeddings().get(8).getModelVersion()).isEqualTo(1);
    }
  }

  @Test
  void aDeletionNeedsNoModel() throws Exception {
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      trainer.process(MicroBatch.deletion(key("a"), "of-an-earlier-job"));
      trainer.endInput();
      trainer.prepareSnapshotPreBarrier(1);

      assertThat(trainer.extractOutputValues())
          .containsExactly(EmbeddingChange.deletion("a", "of-an-earlier-job"));
      assertThat(trainer.snapshot(1, 1).getStateSize()).isLessThan(1000);
    }
  }

  @Test
  void aDeletionThatWaitsDuringACheckpointLeavesOnceAfterARestore() throws Exception {
    List<EmbeddingChange> changes = new ArrayList<>();
    OperatorSubtaskState snapshot;
    try (TrainerHarness trainer = TrainerHarness.started(CONFIG)) {
      trainer.process(batch("a", 0));
      trainer.process(batch("a", 1));
      trainer.process(MicroBatch.deletion(key("a"), "a-1-1"));
      trainer.prepareSnapshotPreBarrier(1);
      changes.addAll(trainer.extractOutputValues());
      snapshot = trainer.snapshot(1, 1);
    }
    try (TrainerHarness trainer = TrainerHarness.restored(snapshot, 1, 0)) {
      trainer.endInput();
      changes.addAll(trainer.extractOutputValues());
    }

    assertThat(changes).hasSize(17);
    assertThat(changes.get(16)).isEqualTo(EmbeddingChange.deletion("a", "a-1-1"));
  }

  private static String lineage(List<ImageEmbedding> embeddings) {
    return embeddings.get(0).getLineage();
  }

  private static List<ImageEmbedding> withoutLineage(List<ImageEmbedding> embeddings) {
    return embeddings.stream()
        .map(each -> ImageEmbedding.newBuilder(each).setLineage("").build())
        .toList();
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

  /** A batch whose images the training thread cannot read before they are released. */
  private static MicroBatch heldUp(MicroBatch batch, CountDownLatch released) {
    List<BatchImage> images =
        new AbstractList<>() {
          @Override
          public BatchImage get(int slot) {
            try {
              released.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return batch.images().get(slot);
          }

          @Override
          public int size() {
            return batch.images().size();
          }
        };
    return new MicroBatch(batch.key(), batch.number(), batch.purpose(), images);
  }

  private static void processBatches(TrainerHarness trainer, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      trainer.process(batch("a", i));
    }
  }

  /** The fading accuracy at each of twelve steps. */
  private static List<Double> accuracies(String predictionsFrom) throws Exception {
    JobConfig config =
        TrainingBatches.config(
            "model.batch-norm",
            "frozen",
            "embeddings.from",
            "in-step",
            "prequential.from",
            predictionsFrom);
    try (TrainerHarness trainer = TrainerHarness.started(config)) {
      processBatches(trainer, 0, 12);
      trainer.endInput();
      return trainer.metrics().stream().map(each -> each.getAccuracy().getMicro()).toList();
    }
  }
}

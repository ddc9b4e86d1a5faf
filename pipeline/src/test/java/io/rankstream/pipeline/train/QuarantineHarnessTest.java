package io.rankstream.pipeline.train;

import static io.rankstream.pipeline.train.TrainingBatches.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.model.step.TrainingFailedException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.schemas.TrainingMetrics;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

/**
 * A stream is poisoned with batches whose images are all the same: their embeddings collapse, the
 * first such step rolls the model back, and the second is one rollback too many.
 */
class QuarantineHarnessTest {

  private static final List<String> STREAMS =
      List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");
  private static final String POISONED = "d";
  private static final int GOOD = 3;
  private static final int ALL = 8;

  @Test
  void nineStreamsGoOnAsIfThePoisonedTenthHadNotBeen() throws Exception {
    List<TrainingMetrics> withPoison;
    try (TrainerHarness trainer = TrainerHarness.started(config())) {
      for (int i = 0; i < ALL; i++) {
        for (String stream : STREAMS) {
          trainer.process(stream.equals(POISONED) ? poisoned(i) : batch(stream, i));
        }
      }
      trainer.endInput();
      withPoison = trainer.steps();
      assertThat(trainer.letters()).isEmpty();
    }
    List<TrainingMetrics> without;
    try (TrainerHarness trainer = TrainerHarness.started(config())) {
      for (int i = 0; i < ALL; i++) {
        for (String stream : STREAMS) {
          if (!stream.equals(POISONED)) {
            trainer.process(batch(stream, i));
          }
        }
      }
      trainer.endInput();
      without = trainer.steps();
    }

    assertThat(withPoison.stream().filter(each -> !each.getStream().equals(POISONED)).toList())
        .isEqualTo(without);
    assertThat(withPoison.stream().filter(each -> each.getStream().equals(POISONED)))
        .extracting(TrainingMetrics::getOutcome)
        .containsExactly("taken", "taken", "taken", "rolled_back", "quarantined");
  }

  @Test
  void aRestartKeepsTheQuarantineAndTheEmbeddersTheirGoodWeights() throws Exception {
    JobConfig config = config("embed.every-steps", "1");
    OperatorSubtaskState snapshot;
    try (TrainerHarness trainer = TrainerHarness.started(config)) {
      fail(trainer);
      assertThat(trainer.told())
          .extracting(VersionPointer::version)
          .allMatch(version -> version <= GOOD);
      trainer.prepareSnapshotPreBarrier(1);
      snapshot = trainer.snapshot(1, 1);
    }

    try (TrainerHarness trainer = TrainerHarness.failedOver(config, snapshot)) {
      trainer.process(batch(POISONED, 101));
      trainer.endInput();

      assertThat(trainer.metrics()).as("no step is taken").isEmpty();
      assertThat(trainer.told()).isEmpty();
    }
  }

  @Test
  void aStreamThatIsNamedWithItsStepTrainsAgain() throws Exception {
    OperatorSubtaskState snapshot;
    try (TrainerHarness trainer = TrainerHarness.started(config())) {
      fail(trainer);
      trainer.prepareSnapshotPreBarrier(1);
      snapshot = trainer.snapshot(1, 1);
    }

    try (TrainerHarness trainer =
        TrainerHarness.failedOver(config("guard.resume", POISONED + "@4"), snapshot)) {
      trainer.process(batch(POISONED, 100));
      trainer.endInput();
      assertThat(trainer.metrics()).as("it failed at another step").isEmpty();
    }
    try (TrainerHarness trainer =
        TrainerHarness.failedOver(config("guard.resume", POISONED + "@5"), snapshot)) {
      trainer.process(batch(POISONED, 100));
      trainer.process(poisoned(101)); // the rollbacks of before no longer count
      trainer.process(batch(POISONED, 102));
      trainer.endInput();
      assertThat(trainer.metrics())
          .extracting(TrainingMetrics::getOutcome)
          .containsExactly("taken", "rolled_back", "taken");
      assertThat(trainer.metrics()).extracting(TrainingMetrics::getStep).startsWith(6L);
    }
  }

  @Test
  void theJobStopsInsteadWhereItIsToldTo() throws Exception {
    TrainerHarness trainer = TrainerHarness.started(config("guard.on-failure", "stop-job"));

    assertThatThrownBy(() -> fail(trainer))
        .hasRootCauseInstanceOf(TrainingFailedException.class)
        .rootCause()
        .hasMessageContaining("was rolled back 2 times");
    trainer.close();
  }

  private static JobConfig config(String... more) {
    List<String> pairs =
        new ArrayList<>(List.of("guard.patience", "1", "guard.max-rollbacks", "1"));
    pairs.addAll(List.of(more));
    return TrainingBatches.config(pairs.toArray(String[]::new));
  }

  /** Three good batches, and two that fail. */
  private static void fail(TrainerHarness trainer) throws Exception {
    for (int i = 0; i < GOOD + 2; i++) {
      trainer.process(poisoned(i));
    }
    trainer.endInput();
  }

  /** A good batch at first, then one whose images are all the same. */
  private static MicroBatch poisoned(long number) throws Exception {
    MicroBatch good = batch(POISONED, number);
    if (number < GOOD) {
      return good;
    }

    byte[] pixels = good.images().get(0).image().pixels();
    List<BatchImage> same = new ArrayList<>();
    for (BatchImage slot : good.images()) {
      AcceptedImage each = slot.image();
      same.add(
          new BatchImage(
              new AcceptedImage(
                  each.imageId(),
                  each.key(),
                  each.label(),
                  each.eventTime(),
                  each.digest(),
                  pixels,
                  each.origin()),
              true));
    }
    return good.with(same);
  }
}

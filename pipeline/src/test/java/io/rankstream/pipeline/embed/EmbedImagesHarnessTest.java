package io.rankstream.pipeline.embed;

import static io.rankstream.pipeline.HandedVersions.START;
import static io.rankstream.pipeline.HandedVersions.version;
import static io.rankstream.pipeline.embed.EmbedHarness.image;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.LineageId;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbedImagesHarnessTest {

  private static final JobSubmission SUBMISSION =
      new JobSubmission("", LineageId.born(1_764_400_000_000L));
  private static final JobConfig CONFIG = config();

  @TempDir private static Path weights;

  private static JobConfig config(String... more) {
    String[] pairs = new String[6 + more.length];
    System.arraycopy(
        new String[] {
          "model.embedding-dimension", "8", "input.streams", "a;b", "embed.batch-size", "4"
        },
        0,
        pairs,
        0,
        6);
    System.arraycopy(more, 0, pairs, 6, more.length);
    return Fixtures.config(pairs);
  }

  @Test
  void embedsFullBatchesOfAStreamAtOnceAndTheRestAfterTheWait() throws Exception {
    try (EmbedHarness embedder = started()) {
      embedder.setProcessingTime(1_000);
      takes(embedder, "a", 0, 6);
      takes(embedder, "b", 10, 3);
      assertThat(embedder.embeddings())
          .extracting(ImageEmbedding::getImageId)
          .containsExactly("image-0", "image-1", "image-2", "image-3");

      embedder.setProcessingTime(1_100); // embed.max-wait

      assertThat(embedder.embeddings()).hasSize(9);
      ImageEmbedding first = embedder.embeddings().get(0);
      assertThat(first.getModelVersion()).isZero();
      assertThat(first.getLineage()).isEqualTo(SUBMISSION.birth());
      assertThat(first.getSpaceId()).startsWith("a/small-cnn");
      assertThat(first.getTrained()).isFalse();
      assertThat(first.getEmbedding()).hasSize(8);
      assertThat(first.getPredictedLabel()).as("no class is known").isNull();
    }
  }

  @Test
  void theTimerOfAFullBatchDoesNotCutALaterOne() throws Exception {
    try (EmbedHarness embedder = started()) {
      embedder.setProcessingTime(1_000);
      takes(embedder, "a", 0, 4);
      embedder.setProcessingTime(1_050);
      takes(embedder, "a", 4, 2);

      embedder.setProcessingTime(1_149);
      assertThat(embedder.embeddings()).hasSize(4);

      embedder.setProcessingTime(1_150);
      assertThat(embedder.embeddings()).hasSize(6);
    }
  }

  @Test
  void adoptsAVersionAtACheckpointAndHoldsItsImagesUntilThatIsComplete() throws Exception {
    try (EmbedHarness embedder = started()) {
      takes(embedder, "a", 0, 2);
      embedder.tell(version(CONFIG, weights, "a", 3));
      takes(embedder, "a", 2, 1);
      embedder.barrier(1);
      assertThat(embedder.versions()).as("before the barrier").isEqualTo(Map.of(0L, 3));

      embedder.notifyOfCompletedCheckpoint(1);
      takes(embedder, "a", 3, 4);

      assertThat(embedder.versions()).isEqualTo(Map.of(0L, 3, 3L, 4));
      ImageEmbedding last = embedder.embeddings().get(6);
      assertThat(last.getLineage()).isEqualTo("lineage");
      assertThat(last.getPredictedLabel()).startsWith("class-");
      assertThat(last.getConfidence()).isBetween(0f, 1f);
    }
  }

  @Test
  void imagesThatComeWhileACheckpointIsUndecidedAreTakenInAndWait() throws Exception {
    try (EmbedHarness embedder = started()) {
      embedder.tell(version(CONFIG, weights, "a", 1));
      embedder.barrier(1);
      takes(embedder, "a", 0, 3);
      embedder.process(ImageInput.forget(Fixtures.key("a"), "image-1", Fixtures.origin(3)));
      embedder.process(ImageInput.embedAgain(image("a", 1)));
      takes(embedder, "a", 4, 1);
      assertThat(embedder.changes()).isEmpty();

      embedder.notifyOfCompletedCheckpoint(1);
      embedder.runMails();
      embedder.barrier(2);

      assertThat(embedder.changes())
          .extracting(EmbeddingChange::imageId)
          .as("the key of the forgotten image is the current one when its order is taken")
          .containsExactly("image-0", "image-1", "image-2", "image-1", "image-4");
      assertThat(embedder.versions()).isEqualTo(Map.of(1L, 4));
    }
  }

  @Test
  void imagesThatWaitedForACheckpointThatIsAbortedHaveTheOldVersion() throws Exception {
    try (EmbedHarness embedder = started()) {
      embedder.tell(version(CONFIG, weights, "a", 1));
      embedder.barrier(1);
      takes(embedder, "a", 0, 4);
      embedder.aborted(1);
      embedder.runMails();

      assertThat(embedder.versions()).isEqualTo(Map.of(0L, 4));
    }
  }

  /** The decision comes as a mail while the task waits for it. */
  @Test
  void whenEnoughImagesWaitTheNextWaitsForTheDecision() throws Exception {
    try (EmbedHarness embedder = started()) {
      embedder.tell(version(CONFIG, weights, "a", 1));
      embedder.barrier(1);
      takes(embedder, "a", 0, 32); // eight batches
      embedder.later(() -> assertThat(embedder.embeddings()).isEmpty());
      embedder.later(() -> embedder.notifyOfCompletedCheckpoint(1));

      takes(embedder, "a", 32, 4);

      assertThat(embedder.versions()).isEqualTo(Map.of(1L, 36));
      assertThat(embedder.embeddings())
          .extracting(ImageEmbedding::getImageId)
          .isEqualTo(IntStream.range(0, 36).mapToObj(i -> "image-" + i).toList());
    }
  }

  @Test
  void imagesThatWaitLeaveBeforeTheNextBarrier() throws Exception {
    try (EmbedHarness embedder = started()) {
      embedder.tell(version(CONFIG, weights, "a", 1));
      embedder.barrier(1);
      takes(embedder, "a", 0, 3);
      embedder.tell(version(CONFIG, weights, "a", 2));
      embedder.later(() -> embedder.notifyOfCompletedCheckpoint(1));

      embedder.barrier(2);

      assertThat(embedder.versions()).isEqualTo(Map.of(1L, 3));
    }
  }

  @Test
  void imagesThatWaitLeaveBeforeTheEnd() throws Exception {
    try (EmbedHarness embedder = started()) {
      embedder.tell(version(CONFIG, weights, "a", 1));
      embedder.barrier(1);
      takes(embedder, "a", 0, 3);
      embedder.later(() -> embedder.notifyOfCompletedCheckpoint(1));

      embedder.endInput();

      assertThat(embedder.versions()).isEqualTo(Map.of(1L, 3));
    }
  }

  @Test
  void staysWithTheOldVersionWhenTheCheckpointIsAborted() throws Exception {
    try (EmbedHarness embedder = started()) {
      adopt(embedder, 1, version(CONFIG, weights, "a", 1));
      embedder.tell(version(CONFIG, weights, "a", 2));
      embedder.barrier(2);
      embedder.aborted(2);
      takes(embedder, "a", 0, 4);
      assertThat(embedder.versions()).isEqualTo(Map.of(1L, 4));

      embedder.barrier(3);
      embedder.notifyOfCompletedCheckpoint(3);
      takes(embedder, "a", 4, 4);

      assertThat(embedder.versions()).isEqualTo(Map.of(1L, 4, 2L, 4));
    }
  }

  @Test
  void adoptsNothingAtASavepointOfAJobThatGoesOn() throws Exception {
    try (EmbedHarness embedder = started()) {
      embedder.tell(version(CONFIG, weights, "a", 1));
      embedder.savepoint(1); // nobody will tell that it is complete

      takes(embedder, "a", 0, 4);

      assertThat(embedder.versions()).isEqualTo(Map.of(0L, 4));
    }
  }

  @Test
  void adoptsAtEveryKthCheckpoint() throws Exception {
    JobConfig config = config("embed.adopt-every", "3");
    try (EmbedHarness embedder = EmbedHarness.started(config, SUBMISSION, weights)) {
      embedder.tell(version(CONFIG, weights, "a", 1));
      for (int checkpoint = 1; checkpoint <= 3; checkpoint++) {
        takes(embedder, "a", 4 * checkpoint, 4);
        embedder.barrier(checkpoint);
        embedder.notifyOfCompletedCheckpoint(checkpoint);
      }
      takes(embedder, "a", 16, 4);

      assertThat(embedder.versions()).isEqualTo(Map.of(0L, 12, 1L, 4));
    }
  }

  @Test
  void withoutCheckpointsAVersionCountsAtOnce() throws Exception {
    try (EmbedHarness embedder = EmbedHarness.withoutCheckpoints(CONFIG, SUBMISSION, weights)) {
      takes(embedder, "a", 0, 2);
      embedder.tell(version(CONFIG, weights, "a", 1));
      takes(embedder, "a", 2, 4);

      assertThat(embedder.versions()).isEqualTo(Map.of(0L, 2, 1L, 4));
    }
  }

  @Test
  void aFailoverGoesOnWithTheVersionOfTheCheckpoint() throws Exception {
    OperatorSubtaskState state;
    try (EmbedHarness embedder = started()) {
      embedder.tell(version(CONFIG, weights, "a", 2));
      state = embedder.barrier(1);
    }

    try (EmbedHarness embedder = EmbedHarness.restored(CONFIG, SUBMISSION, weights, state)) {
      takes(embedder, "a", 0, 4);
      takes(embedder, "b", 4, 4);

      assertThat(embedder.versions()).isEqualTo(Map.of(0L, 4, 2L, 4));
      assertThat(embedder.embeddings().get(0).getLineage()).isEqualTo("lineage");
    }
  }

  @Test
  void aStartFromASavepointBeginsTheLineageThatTheTrainerBegins() throws Exception {
    OperatorSubtaskState state;
    try (EmbedHarness embedder = started()) {
      embedder.tell(version(CONFIG, weights, "a", 2));
      state = embedder.savepoint(1);
    }

    JobSubmission later = new JobSubmission("/savepoint", LineageId.born(1_764_500_000_000L));
    try (EmbedHarness embedder = EmbedHarness.restored(CONFIG, later, weights, state)) {
      takes(embedder, "a", 0, 4);

      assertThat(embedder.embeddings())
          .allMatch(each -> each.getModelVersion() == 2)
          .allMatch(each -> each.getLineage().equals(LineageId.after("lineage", later.birth())));
    }
  }

  /** The trainer writes weights that are gone, and they may be newer. */
  @Test
  void waitsForWeightsThatAreGoneAndTakesThoseThatCome() throws Exception {
    VersionPointer newer = version(CONFIG, weights, "a", 5);
    VersionPointer gone = new VersionPointer("a", "lineage", START, 4, "gone");
    OperatorSubtaskState state;
    try (EmbedHarness embedder = started()) {
      embedder.tell(gone);
      state = embedder.barrier(1);
    }

    try (EmbedHarness embedder = EmbedHarness.restored(CONFIG, SUBMISSION, weights, state)) {
      Thread writer =
          new Thread(
              () -> {
                try {
                  Files.copy(weights.resolve(newer.file()), weights.resolve("gone.part"));
                  Files.move(weights.resolve("gone.part"), weights.resolve("gone"));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      writer.start();
      takes(embedder, "a", 0, 4);
      writer.join();

      assertThat(embedder.versions()).isEqualTo(Map.of(5L, 4));
    }
  }

  @Test
  void aDeletionFollowsTheImagesThatCameBefore() throws Exception {
    try (EmbedHarness embedder = started()) {
      takes(embedder, "a", 0, 2);
      embedder.process(ImageInput.forget(Fixtures.key("a"), "image-1", Fixtures.origin(2)));

      assertThat(embedder.changes())
          .extracting(EmbeddingChange::imageId)
          .containsExactly("image-0", "image-1", "image-1");
      assertThat(embedder.changes().get(2).isDeletion()).isTrue();
    }
  }

  @Test
  void aForgottenImageThatIsOnItsWayFromTheWindowIsNotEmbeddedAgain() throws Exception {
    OperatorSubtaskState state;
    try (EmbedHarness embedder = started()) {
      takes(embedder, "a", 0, 2);
      embedder.process(ImageInput.forget(Fixtures.key("a"), "image-1", Fixtures.origin(2)));
      embedder.process(ImageInput.embedAgain(image("a", 1)));
      embedder.process(ImageInput.embedAgain(image("a", 0)));
      state = embedder.barrier(1);
      assertThat(embedder.embeddings()).hasSize(3).last().matches(ImageEmbedding::getTrained);
    }

    try (EmbedHarness embedder = EmbedHarness.restored(CONFIG, SUBMISSION, weights, state)) {
      embedder.process(ImageInput.embedAgain(image("a", 1)));
      embedder.barrier(2);
      assertThat(embedder.embeddings()).as("also after a restore").isEmpty();
    }
  }

  @Test
  void anImageThatIsSentAgainAfterItWasForgottenIsEmbedded() throws Exception {
    try (EmbedHarness embedder = started()) {
      embedder.process(ImageInput.forget(Fixtures.key("a"), "image-7", Fixtures.origin(2)));
      takes(embedder, "a", 7, 1); // its offset is 7
      embedder.process(ImageInput.embedAgain(image("a", 7)));
      embedder.barrier(1);

      assertThat(embedder.embeddings()).hasSize(2);
    }
  }

  @Test
  void shedsOldImagesWhereItIsToldTo() throws Exception {
    JobConfig config = config("embed.lag-policy", "shed", "embed.max-lag", "1 min");
    try (EmbedHarness embedder = EmbedHarness.started(config, SUBMISSION, weights)) {
      long written = Fixtures.origin(0).timestamp();
      embedder.setProcessingTime(written + 60_000);
      takes(embedder, "a", 0, 4);
      embedder.setProcessingTime(written + 60_001);
      takes(embedder, "a", 4, 4);
      for (int i = 8; i < 12; i++) {
        embedder.process(ImageInput.embedAgain(image("a", i))); // they are old by nature
      }

      assertThat(embedder.embeddings()).hasSize(8);
      assertThat(embedder.letters())
          .extracting(DeadLetter::getReason)
          .containsExactly("LAG_SHED", "LAG_SHED", "LAG_SHED", "LAG_SHED");
    }
  }

  @Test
  void theEndOfTheInputEmbedsWhatWaits() throws Exception {
    try (EmbedHarness embedder = started()) {
      takes(embedder, "a", 0, 3);
      embedder.endInput();

      assertThat(embedder.embeddings()).hasSize(3);
    }
  }

  @Test
  void weightsThatNobodyNeedsLeaveTheMemory() throws Exception {
    try (EmbedHarness embedder = started()) {
      for (int step = 1; step <= 3; step++) {
        adopt(embedder, step, version(CONFIG, weights, "a", step));
        takes(embedder, "a", 4 * step, 4);
      }

      assertThat(((EmbedImages) embedder.getOperator()).versionsInMemory()).isEqualTo(1);
    }
  }

  private static EmbedHarness started() throws Exception {
    return EmbedHarness.started(CONFIG, SUBMISSION, weights);
  }

  private static void takes(EmbedHarness embedder, String stream, int first, int count)
      throws Exception {
    for (int i = first; i < first + count; i++) {
      embedder.process(ImageInput.take(image(stream, i)));
    }
  }

  private static void adopt(EmbedHarness embedder, long checkpoint, VersionPointer version)
      throws Exception {
    embedder.tell(version);
    embedder.barrier(checkpoint);
    embedder.notifyOfCompletedCheckpoint(checkpoint);
  }
}

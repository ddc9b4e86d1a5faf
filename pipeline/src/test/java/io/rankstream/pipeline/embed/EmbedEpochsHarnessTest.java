package io.rankstream.pipeline.embed;

import static io.rankstream.pipeline.embed.EmbedHarness.image;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.HandedVersions;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EpochCount;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.EpochEvent.Kind;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.LineageId;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.pipeline.tools.Records;
import io.rankstream.schemas.EpochState;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbedEpochsHarnessTest {

  private static final JobSubmission SUBMISSION =
      new JobSubmission("", LineageId.born(1_764_400_000_000L));
  private static final JobConfig CONFIG =
      Fixtures.config(
          "model.embedding-dimension", "8",
          "input.streams", "a;b",
          "embed.batch-size", "4",
          "embeddings.follow", "epochs");

  @TempDir private static Path weights;

  private static EpochEvent first;
  private static EpochEvent second;

  @BeforeAll
  static void writeVersions() throws IOException {
    first = event(1, 3);
    second = event(2, 5);
  }

  @Test
  void anArrivalIsEmbeddedUnderBothVersionsAndASweptImageUnderTheNewOne() throws Exception {
    try (EmbedEpochsHarness embedder = started()) {
      embedder.process(take(1));
      embedder.tell(first);
      embedder.process(take(2), sweep(3, 1), take(4));
      embedder.barrier(1);

      assertThat(embedder.changes())
          .containsExactly(
              "image-1 v0", "image-2 v0", "image-4 v0", "image-2 v3", "image-3 v3", "image-4 v3");
      assertThat(embedder.counts()).containsExactly(new EpochCount("a", 1, 1, 0, 0, 0));
    }
  }

  @Test
  void theLastRecordOfAnImageIsOfTheNewVersion() throws Exception {
    try (EmbedEpochsHarness embedder = started()) {
      embedder.tell(first);
      embedder.process(sweep(1, 1));
      embedder.barrier(1);
      embedder.process(take(1)); // the input lags behind the sweep
      embedder.barrier(2);

      assertThat(embedder.changes()).containsExactly("image-1 v3", "image-1 v0", "image-1 v3");
    }
  }

  @Test
  void anOldCopyOfAnImageThatArrivedMeanwhileIsNotEmbedded() throws Exception {
    try (EmbedEpochsHarness embedder = started()) {
      embedder.tell(first);
      embedder.process(take(1), sweep(1, 1));
      embedder.barrier(1);

      assertThat(embedder.changes()).containsExactly("image-1 v0", "image-1 v3");
      assertThat(embedder.counts()).containsExactly(new EpochCount("a", 1, 0, 0, 1, 0));
    }
  }

  @Test
  void anImageThatIsDeletedMeanwhileDoesNotComeBack() throws Exception {
    try (EmbedEpochsHarness embedder = started()) {
      embedder.tell(first);
      embedder.process(sweep(2, 1), forget(1), sweep(1, 1), forget(2), sweep(3, 1));
      embedder.barrier(1);

      assertThat(embedder.changes())
          .containsExactly("image-2 v3", "image-1 deleted", "image-2 deleted", "image-3 v3");
    }
  }

  /** It was deleted long ago; the topic has the image and its deletion. */
  @Test
  void aDeletionInTheTopicDeletesWhatTheSweepEmbedded() throws Exception {
    try (EmbedEpochsHarness embedder = started()) {
      embedder.tell(first);
      embedder.process(
          sweep(1, 1),
          forget(1).sweptFor(1),
          take(2), // it was deleted once, and is there again
          forget(2).sweptFor(1));
      embedder.barrier(1);

      assertThat(embedder.changes())
          .containsExactly("image-1 v3", "image-1 v3 deleted", "image-2 v0", "image-2 v3");
    }
  }

  @Test
  void anEpochIsCompleteAtTheBarrierBehindItsEnd() throws Exception {
    try (EmbedEpochsHarness embedder = started()) {
      embedder.tell(first);
      embedder.process(sweep(1, 1));
      embedder.barrier(1);
      embedder.tell(first.then(Kind.END, first.mark()));
      embedder.process(sweep(2, 1), take(3)); // on their way when the end was told
      embedder.barrier(2);
      embedder.process(sweep(4, 1), take(5));
      embedder.barrier(3);

      assertThat(embedder.changes())
          .containsExactly("image-1 v3", "image-3 v0", "image-2 v3", "image-3 v3", "image-5 v3");
      assertThat(embedder.counts())
          .containsExactly(new EpochCount("a", 1, 1, 0, 0, 0), new EpochCount("a", 1, 1, 0, 0, 1));
      assertThat(embedder.numKeyedStateEntries()).as("what changed meanwhile").isZero();
    }
  }

  @Test
  void anEpochThatIsAbortedLeavesTheOldVersion() throws Exception {
    try (EmbedEpochsHarness embedder = started()) {
      embedder.tell(first);
      embedder.process(take(1), sweep(2, 1));
      embedder.tell(first.then(Kind.ABORT, first.mark()));
      embedder.process(take(3), sweep(4, 1));
      embedder.barrier(1);
      assertThat(embedder.changes())
          .containsExactly("image-1 v0", "image-1 v3", "image-2 v3", "image-3 v0");
      assertThat(embedder.numKeyedStateEntries()).isZero();

      embedder.tell(second);
      embedder.process(sweep(1, 2), sweep(5, 1));
      embedder.barrier(2);

      assertThat(embedder.changes()).endsWith("image-3 v0", "image-1 v5");
    }
  }

  @Test
  void anotherStreamIsNotConcerned() throws Exception {
    try (EmbedEpochsHarness embedder = started()) {
      embedder.tell(first);
      embedder.process(ImageInput.take(image("b", 1)));
      embedder.barrier(1);

      assertThat(embedder.changes()).containsExactly("image-1 v0");
    }
  }

  @Test
  void twoEmbeddersGoOnWithTheEpochOfOne() throws Exception {
    OperatorSubtaskState state;
    try (EmbedEpochsHarness embedder = started()) {
      embedder.tell(first);
      for (int i = 0; i < 8; i++) {
        embedder.process(take(i));
      }
      state = embedder.barrier(1);
    }

    int superseded = 0;
    for (int subtask = 0; subtask < 2; subtask++) {
      try (EmbedEpochsHarness embedder =
          EmbedEpochsHarness.restored(CONFIG, SUBMISSION, weights, state, 2, subtask)) {
        int own = 0;
        for (int i = 0; i < 16; i++) {
          if (EmbedEpochsHarness.owner(sweep(i, 1), 2) == subtask) {
            embedder.process(sweep(i, 1));
            own += i < 8 ? 1 : 0;
          }
        }
        embedder.tell(first.then(Kind.END, first.mark()));
        embedder.barrier(2);

        assertThat(embedder.changes()).allMatch(change -> change.endsWith(" v3"));
        assertThat(embedder.counts())
            .containsExactly(new EpochCount("a", 1, embedder.changes().size(), 0, own, 2));
        superseded += own;
      }
    }
    assertThat(superseded).isEqualTo(8);
  }

  @Test
  void anEpochThatEndsWhenTheJobIsDrainedIsCompleteAfterTheNextStart() throws Exception {
    OperatorSubtaskState state;
    try (EmbedEpochsHarness embedder = started()) {
      embedder.tell(first);
      embedder.process(sweep(1, 1), take(2));
      embedder.tell(first.then(Kind.END, first.mark()));
      embedder.process(take(3));
      embedder.finish();
      state = embedder.barrier(1);
      assertThat(embedder.changes())
          .containsExactly("image-2 v0", "image-1 v3", "image-2 v3", "image-3 v0", "image-3 v3");
      assertThat(embedder.counts()).containsExactly(new EpochCount("a", 1, 1, 0, 0, 0));
    }

    try (EmbedEpochsHarness embedder =
        EmbedEpochsHarness.restored(CONFIG, SUBMISSION, weights, state, 1, 0)) {
      embedder.barrier(2);
      assertThat(embedder.counts()).containsExactly(new EpochCount("a", 1, 0, 0, 0, 1));
    }
  }

  /** An index has one version, also after a restart under a new lineage. */
  @Test
  void aVersionKeepsItsNameWhenTheJobIsStartedFromASavepoint() throws Exception {
    OperatorSubtaskState state;
    try (EmbedEpochsHarness embedder = started()) {
      embedder.tell(first.then(Kind.BEGIN, null));
      state = embedder.barrier(1);
    }
    JobSubmission later = new JobSubmission("/savepoint", LineageId.born(1_764_500_000_000L));

    try (EmbedEpochsHarness embedder =
        EmbedEpochsHarness.restored(CONFIG, later, weights, state, 1, 0)) {
      embedder.process(take(1));
      embedder.barrier(2);

      assertThat(embedder.extractOutputValues().get(0).embedding().getLineage())
          .isEqualTo("lineage");
      assertThat(embedder.changes()).containsExactly("image-1 v3");
    }
  }

  private static EmbedEpochsHarness started() throws Exception {
    return EmbedEpochsHarness.started(CONFIG, SUBMISSION, weights);
  }

  private static EpochEvent event(long number, long version) throws IOException {
    return new EpochEvent(
        Kind.OPEN,
        "a",
        number,
        HandedVersions.version(CONFIG, weights, "a", version),
        Records.mark(version, number, EpochState.OPENED));
  }

  private static ImageInput take(int number) {
    return ImageInput.take(image("a", number));
  }

  private static ImageInput sweep(int number, long epoch) {
    return take(number).sweptFor(epoch);
  }

  private static ImageInput forget(int number) {
    return ImageInput.forget(Fixtures.key("a"), "image-" + number, Fixtures.origin(1000L + number));
  }
}

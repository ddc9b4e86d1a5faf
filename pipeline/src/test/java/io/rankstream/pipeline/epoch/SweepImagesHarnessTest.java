package io.rankstream.pipeline.epoch;

import static io.rankstream.pipeline.epoch.SweepHarness.records;
import static io.rankstream.pipeline.epoch.SweepHarness.version;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.rankstream.model.ModelFile;
import io.rankstream.model.TwoHeadModel;
import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.EpochEvent.Kind;
import io.rankstream.pipeline.event.LineageId;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.EpochAction;
import io.rankstream.schemas.EpochMark;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.SweptPartition;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SweepImagesHarnessTest {

  private static final JobSubmission SUBMISSION =
      new JobSubmission("", LineageId.born(1_764_400_000_000L));
  private static final JobConfig CONFIG = config();

  @TempDir Path weights;

  private static JobConfig config(String... more) {
    List<String> pairs =
        new ArrayList<>(
            List.of(
                "model.embedding-dimension", "8",
                "input.streams", "a;b",
                "embeddings.follow", "epochs"));
    pairs.addAll(List.of(more));
    return Fixtures.config(pairs.toArray(String[]::new));
  }

  @Test
  void everyStreamBeginsWithTheWeightsThatItsModelStartsWith() throws Exception {
    try (SweepHarness sweep = started(corpus("begin", 1))) {
      assertThat(sweep.told()).containsExactlyInAnyOrder("BEGIN a 0", "BEGIN b 0");
      VersionPointer first = sweep.events().get(0).weights();
      assertThat(first.lineage()).isEqualTo(SUBMISSION.birth());
      assertThat(first.version()).isZero();
      try (TwoHeadModel model = TwoHeadModel.read(file(first), Device.cpu())) {
        assertThat(model.labels()).isEmpty();
      }
    }
  }

  @Test
  void anEpochTakesACopyOfTheNewestVersionAndReadsTheTopicAgain() throws Exception {
    try (SweepHarness sweep = started(corpus("whole", 7))) {
      sweep.tell(version(CONFIG, weights, "a", 1));
      VersionPointer newest = version(CONFIG, weights, "a", 2);
      sweep.tell(newest);
      sweep.request("a", EpochAction.OPEN);
      sweep.until(() -> sweep.events().size() == 3);
      Files.delete(weights.resolve(newest.file())); // as the trainer does

      EpochEvent open = sweep.events().get(2);
      assertThat(open.kind()).isEqualTo(Kind.OPEN);
      ModelVersion mark = open.mark();
      assertThat(mark.getModelVersion()).isEqualTo(2);
      assertThat(mark.getLineage()).isEqualTo("trained");
      assertThat(mark.getSha256())
          .isEqualTo(DigestUtils.sha256Hex(Files.readAllBytes(file(open.weights()))));
      assertThat(Path.of(URI.create(mark.getUri()))).isEqualTo(file(open.weights()));
      assertThat(ModelFile.read(file(open.weights())).provenance().version()).isEqualTo(2);
      EpochMark epoch = mark.getEpoch();
      assertThat(epoch.getNumber()).isEqualTo(1);
      assertThat(epoch.getState()).isEqualTo(EpochState.OPENED);
      assertThat(epoch.getInputTopic()).isEqualTo("whole");
      assertThat(epoch.getPreviousLineage()).isEqualTo(SUBMISSION.birth());
      assertThat(epoch.getPartitions()).isEmpty();

      sweep.barrier(1); // an embedder may embed under one version alone up to here
      assertThat(sweep.sent()).isEmpty();
      sweep.notifyOfCompletedCheckpoint(1);
      sweep.until(() -> sweep.events().size() == 4);

      assertThat(sweep.sent()).containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L, 5L, 6L, 100L, 101L);
      assertThat(sweep.extractOutputValues())
          .allMatch(each -> each.epochs().equals(Map.of("a", 1L)));
      assertThat(sweep.told()).endsWith("OPEN a 1", "END a 1");
      assertThat(sweep.events().get(3).mark().getEpoch().getPartitions())
          .containsExactly(new SweptPartition(0, 7L), new SweptPartition(1, 102L));
    }
  }

  @Test
  void aSecondRequestIsPassedOverWhileAnEpochIsOpenAndTakenAfterwards() throws Exception {
    try (SweepHarness sweep = started(corpus("second", 1))) {
      sweep.tell(version(CONFIG, weights, "a", 1));
      sweep.request("a", EpochAction.OPEN);
      sweep.request("a", EpochAction.OPEN); // one waits
      sweep.until(() -> sweep.events().size() == 3);
      sweep.request("a", EpochAction.OPEN); // one is open
      sweep.request("b", EpochAction.OPEN);
      sweep.tell(version(CONFIG, weights, "a", 2));
      sweep.tell(version(CONFIG, weights, "b", 3));
      sweep.checkpoint(1);
      sweep.until(() -> sweep.events().size() == 4);
      sweep.request("a", EpochAction.OPEN); // it ends, but the embedders may not know it
      sweep.checkpoint(2);

      sweep.until(() -> sweep.events().size() == 5);
      assertThat(sweep.told()).endsWith("OPEN a 1", "END a 1", "OPEN b 1");
      sweep.checkpoint(3);
      sweep.until(() -> sweep.events().size() == 6);
      sweep.checkpoint(4);
      sweep.request("a", EpochAction.OPEN);
      sweep.until(() -> sweep.events().size() == 7);
      assertThat(sweep.told()).endsWith("END b 1", "OPEN a 2");
      assertThat(sweep.events().get(6).mark().getEpoch().getPreviousVersion()).isEqualTo(1);
    }
  }

  @Test
  void streamsThatAreDueTogetherShareOnePass() throws Exception {
    JobConfig hourly = config("epochs.every", "1 h");
    try (SweepHarness sweep =
        SweepHarness.started(hourly, SUBMISSION, weights, corpus("together", 2))) {
      sweep.tell(version(CONFIG, weights, "a", 1));
      sweep.tell(version(CONFIG, weights, "b", 1));
      sweep.setProcessingTime(3_599_999);
      assertThat(sweep.events()).hasSize(2);
      sweep.setProcessingTime(3_600_000);
      sweep.until(() -> sweep.events().size() == 4);
      sweep.checkpoint(1);
      sweep.until(() -> sweep.events().size() == 6);

      assertThat(sweep.sent()).containsExactlyInAnyOrder(0L, 1L, 100L, 101L);
      assertThat(sweep.extractOutputValues().get(0).epochs()).isEqualTo(Map.of("a", 1L, "b", 1L));
      sweep.checkpoint(2);
      sweep.setProcessingTime(7_200_000); // there is no newer version
      sweep.tell(version(CONFIG, weights, "b", 2));
      sweep.until(() -> sweep.events().size() == 7);
      assertThat(sweep.told()).endsWith("OPEN b 2");
    }
  }

  @Test
  void aRestoredSweepGoesOnWhereItWas() throws Exception {
    OperatorSubtaskState state;
    List<Long> sent;
    Corpus corpus = corpus("restored", 20);
    try (SweepHarness sweep = started(corpus)) {
      sweep.tell(version(CONFIG, weights, "a", 1));
      sweep.request("a", EpochAction.OPEN);
      sweep.until(() -> sweep.events().size() == 3);
      sweep.checkpoint(1);
      sweep.until(() -> sweep.sent().size() == 8);
      state = sweep.checkpoint(2);
      sent = new ArrayList<>(sweep.sent());
      sweep.until(() -> sweep.sent().size() == 10); // those are sent again
    }

    try (SweepHarness sweep = SweepHarness.restored(CONFIG, SUBMISSION, weights, corpus, state)) {
      sweep.until(() -> sweep.events().size() == 1);
      sent.addAll(sweep.sent());
      assertThat(sent)
          .containsExactlyInAnyOrderElementsOf(
              LongStream.concat(LongStream.range(0, 20), LongStream.range(100, 102))
                  .boxed()
                  .toList());
      assertThat(sweep.told()).containsExactly("END a 1");
      state = sweep.barrier(3);
    }

    try (SweepHarness sweep = SweepHarness.restored(CONFIG, SUBMISSION, weights, corpus, state)) {
      sweep.tell(version(CONFIG, weights, "a", 2));
      sweep.request("a", EpochAction.OPEN); // it ends, but the embedders may not know it
      assertThat(sweep.events()).isEmpty();
      sweep.checkpoint(4);
      sweep.request("a", EpochAction.OPEN);
      sweep.until(() -> sweep.events().size() == 1);
      assertThat(sweep.told()).containsExactly("OPEN a 2");
    }
  }

  @Test
  void aJobThatIsDrainedInTheMiddleKeepsWhatIsNotSent() throws Exception {
    OperatorSubtaskState state;
    Corpus corpus = corpus("drained", 20);
    try (SweepHarness sweep = started(corpus)) {
      sweep.tell(version(CONFIG, weights, "a", 1));
      sweep.request("a", EpochAction.OPEN);
      sweep.until(() -> sweep.events().size() == 3);
      sweep.checkpoint(1);
      sweep.until(() -> sweep.sent().size() == 8);
      sweep.finish();
      sweep.doWhatWaits();
      assertThat(sweep.sent()).hasSize(8);
      state = sweep.checkpoint(2);
      sweep.doWhatWaits();
      assertThat(sweep.sent()).hasSize(8);
    }

    try (SweepHarness sweep = SweepHarness.restored(CONFIG, SUBMISSION, weights, corpus, state)) {
      sweep.until(() -> sweep.events().size() == 1);
      assertThat(sweep.sent()).hasSize(14);
    }
  }

  @Test
  void anOpeningThatACheckpointHasIsKnownToAllThatAreRestored() throws Exception {
    OperatorSubtaskState state;
    Corpus corpus = corpus("opened", 2);
    try (SweepHarness sweep = started(corpus)) {
      sweep.tell(version(CONFIG, weights, "a", 1));
      sweep.request("a", EpochAction.OPEN);
      sweep.until(() -> sweep.events().size() == 3);
      state = sweep.barrier(1);
    }

    try (SweepHarness sweep = SweepHarness.restored(CONFIG, SUBMISSION, weights, corpus, state)) {
      sweep.until(() -> sweep.events().size() == 1);
      assertThat(sweep.sent()).hasSize(4);
    }
  }

  @Test
  void anEpochIsAbortedInTheMiddleAndItsWeightsGo() throws Exception {
    try (SweepHarness sweep = started(corpus("aborted", 20))) {
      sweep.tell(version(CONFIG, weights, "a", 1));
      sweep.request("a", EpochAction.OPEN);
      sweep.until(() -> sweep.events().size() == 3);
      sweep.checkpoint(1);
      sweep.until(() -> sweep.sent().size() == 5);
      sweep.request("a", EpochAction.ABORT);
      Path file = file(sweep.events().get(2).weights());
      assertThat(sweep.told()).endsWith("OPEN a 1", "ABORT a 1");
      assertThat(file).exists();

      sweep.checkpoint(2);
      sweep.until(() -> !Files.exists(file) || sweep.sent().size() > 5);
      assertThat(sweep.sent()).hasSize(5);
      sweep.request("a", EpochAction.OPEN);
      sweep.until(() -> sweep.events().size() == 5);
      assertThat(sweep.told()).endsWith("ABORT a 1", "OPEN a 2");
    }
  }

  @Test
  void aRequestThatWaitsForAVersionCanBeTakenBack() throws Exception {
    try (SweepHarness sweep = started(corpus("taken-back", 1))) {
      sweep.request("a", EpochAction.OPEN);
      sweep.request("a", EpochAction.ABORT);
      sweep.request("b", EpochAction.OPEN);
      sweep.tell(version(CONFIG, weights, "a", 1));
      sweep.tell(version(CONFIG, weights, "b", 1));
      sweep.until(() -> sweep.events().size() == 3);

      assertThat(sweep.told()).endsWith("OPEN b 1");
    }
  }

  @Test
  void aVersionThatIsGoneIsNotWaitedFor() throws Exception {
    try (SweepHarness sweep = started(corpus("gone", 1))) {
      VersionPointer gone = version(CONFIG, weights, "a", 1);
      Files.delete(weights.resolve(gone.file()));
      sweep.tell(gone);
      sweep.request("a", EpochAction.OPEN);
      sweep.tell(version(CONFIG, weights, "a", 2)); // while the file is looked for, or after
      sweep.until(() -> sweep.events().size() == 3);

      assertThat(sweep.events().get(2).mark().getModelVersion()).isEqualTo(2);
    }
  }

  @Test
  void readsTheTopicAgainWhenTheJobHasTakenWhatItHas() throws Exception {
    MemoryCorpus corpus = corpus("behind", 7);
    corpus.isTaken(false);
    try (SweepHarness sweep = started(corpus)) {
      sweep.tell(version(CONFIG, weights, "a", 1));
      sweep.request("a", EpochAction.OPEN);
      sweep.until(() -> sweep.events().size() == 3);
      sweep.checkpoint(1);
      for (int second = 1; second <= 3; second++) {
        sweep.until(() -> sweep.getProcessingTimeService().getNumActiveTimers() > 0);
        assertThat(sweep.sent()).isEmpty();
        corpus.isTaken(second == 3);
        sweep.setProcessingTime(second * 1_000L);
      }
      sweep.until(() -> isDone(sweep));

      assertThat(sweep.sent()).hasSize(9);
    }
  }

  @Test
  void anOutageLengthensTheSweep() throws Exception {
    MemoryCorpus corpus = corpus("outage", 7);
    try (SweepHarness sweep = started(corpus)) {
      sweep.tell(version(CONFIG, weights, "a", 1));
      sweep.request("a", EpochAction.OPEN);
      sweep.until(() -> sweep.events().size() == 3);
      corpus.fail(2);
      sweep.checkpoint(1);
      for (long time = 1_000; sweep.events().size() == 3; time += 10_000) {
        sweep.until(
            () -> sweep.getProcessingTimeService().getNumActiveTimers() > 0 || isDone(sweep));
        sweep.setProcessingTime(time);
      }

      assertThat(sweep.sent()).hasSize(9);
    }
  }

  @Test
  void recordsThatAreNoRequestsArePassedOver() throws Exception {
    try (SweepHarness sweep = started(corpus("damaged", 1))) {
      sweep.control(null);
      sweep.control(new byte[] {(byte) 0xC3, 1, 2});
      sweep.control("open a".getBytes(StandardCharsets.UTF_8));
      sweep.request("unknown", EpochAction.OPEN);
      sweep.request("a", EpochAction.ABORT);
      sweep.tell(version(CONFIG, weights, "a", 1));

      assertThat(sweep.events()).hasSize(2);
    }
  }

  @Test
  void aJobThatFollowedLiveGoesOnWithTheVersionThatItHad() throws Exception {
    JobSubmission later = new JobSubmission("/savepoint", LineageId.born(1_764_500_000_000L));
    try (SweepHarness sweep =
        SweepHarness.startedFromLive(CONFIG, later, weights, corpus("live", 1))) {
      sweep.doWhatWaits();
      assertThat(sweep.events()).isEmpty();
      sweep.tell(version(CONFIG, weights, "a", 4)); // the trainer tells it again
      sweep.until(() -> sweep.events().size() == 1);

      assertThat(sweep.told()).containsExactly("BEGIN a 0");
      assertThat(sweep.events().get(0).weights().version()).isEqualTo(4);
      assertThat(sweep.events().get(0).weights().lineage()).isEqualTo("trained");
    }
  }

  private SweepHarness started(Corpus corpus) throws Exception {
    return SweepHarness.started(CONFIG, SUBMISSION, weights, corpus);
  }

  private Path file(VersionPointer pointer) {
    return weights.resolve(pointer.file());
  }

  private static boolean isDone(SweepHarness sweep) {
    return sweep.events().size() > 3;
  }

  /** A partition with some records, and one with two. */
  private static MemoryCorpus corpus(String name, int records) {
    List<RawRecord> all = new ArrayList<>(records(0, 0, records));
    all.addAll(records(1, 100, 2));
    return MemoryCorpus.of(name, all);
  }
}

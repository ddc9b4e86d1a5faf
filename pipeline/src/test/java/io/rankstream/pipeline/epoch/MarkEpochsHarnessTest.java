package io.rankstream.pipeline.epoch;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.event.EpochCount;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.EpochEvent.Kind;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.schemas.EpochMark;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.SweptPartition;
import java.time.Instant;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

class MarkEpochsHarnessTest {

  private static final VersionPointer POINTER = new VersionPointer("a", "L", "start", 7, "file");
  private static final VersionPointer SERVING = new VersionPointer("a", "K", "start", 3, "before");
  private static final EpochEvent OPEN =
      new EpochWeights(POINTER, "a/space", "file:///file", "ab", 10)
          .open(2, "images", SERVING, Instant.ofEpochMilli(5_000));
  private static final EpochEvent END = OPEN.then(Kind.END, withPartitions(OPEN.mark()));

  @Test
  void anOpeningIsMarkedAtOnce() throws Exception {
    try (MarkHarness marks = MarkHarness.started()) {
      marks.setProcessingTime(6_000);
      marks.tell(OPEN);

      ModelVersion mark = marks.extractOutputValues().get(0);
      assertThat(mark.getEpoch().getState()).isEqualTo(EpochState.OPENED);
      assertThat(mark.getEpoch().getOpenedAt()).isEqualTo(Instant.ofEpochMilli(5_000));
      assertThat(mark.getPublishedAt()).isEqualTo(Instant.ofEpochMilli(6_000));
      assertThat(mark.getEpoch().getPreviousLineage()).isEqualTo("K");
      assertThat(mark.getEpoch().getPreviousVersion()).isEqualTo(3);
    }
  }

  @Test
  void anEpochIsMarkedWhenTheCheckpointOfTheLastCountIsComplete() throws Exception {
    try (MarkHarness marks = MarkHarness.started()) {
      marks.tell(OPEN);
      marks.count(new EpochCount("a", 2, 10, 1, 2, 0));
      marks.count(EpochCount.ofRefused("a", 2));
      marks.tell(END);
      marks.count(new EpochCount("a", 2, 5, 0, 0, 2));
      marks.barrier(1);
      marks.notifyOfCompletedCheckpoint(1); // one embedder is missing
      marks.count(new EpochCount("a", 2, 0, 0, 1, 2));
      marks.barrier(2);
      assertThat(states(marks)).containsExactly(EpochState.OPENED);
      marks.barrier(3); // checkpoint 2 is aborted
      marks.notifyOfCompletedCheckpoint(3);

      assertThat(states(marks)).containsExactly(EpochState.OPENED, EpochState.COMPLETE);
      EpochMark complete = marks.extractOutputValues().get(1).getEpoch();
      assertThat(complete.getImages()).isEqualTo(15);
      assertThat(complete.getRefused()).isEqualTo(2);
      assertThat(complete.getSuperseded()).isEqualTo(3);
      assertThat(complete.getPartitions()).containsExactly(new SweptPartition(0, 40L));
      marks.notifyOfCompletedCheckpoint(4);
      assertThat(states(marks)).hasSize(2);
    }
  }

  @Test
  void aRestoredEpochIsMarkedOnceItsCheckpointWasComplete() throws Exception {
    OperatorSubtaskState before;
    OperatorSubtaskState complete;
    try (MarkHarness marks = MarkHarness.started()) {
      marks.tell(OPEN);
      marks.tell(END);
      before = marks.barrier(1);
      marks.count(new EpochCount("a", 2, 5, 0, 0, 1));
      complete = marks.barrier(2);
    }

    try (MarkHarness marks = MarkHarness.restored(before)) {
      assertThat(states(marks)).isEmpty();
      marks.count(new EpochCount("a", 2, 6, 0, 0, 1));
      marks.notifyOfCompletedCheckpoint(1); // that of the state, which does not have the count
      assertThat(states(marks)).isEmpty();
      marks.barrier(2);
      marks.notifyOfCompletedCheckpoint(2);
      assertThat(states(marks)).containsExactly(EpochState.COMPLETE);
    }
    try (MarkHarness marks = MarkHarness.restored(complete)) {
      assertThat(states(marks)).containsExactly(EpochState.COMPLETE);
      marks.barrier(3);
      marks.notifyOfCompletedCheckpoint(3);
      assertThat(states(marks)).hasSize(1);
    }
  }

  @Test
  void anEpochIsAborted() throws Exception {
    try (MarkHarness marks = MarkHarness.started()) {
      marks.tell(OPEN);
      marks.count(new EpochCount("a", 2, 5, 0, 0, 0));
      marks.tell(OPEN.then(Kind.ABORT, OPEN.mark()));
      marks.count(new EpochCount("a", 2, 5, 0, 0, 0)); // on its way when it was aborted
      marks.barrier(1);
      marks.notifyOfCompletedCheckpoint(1);

      assertThat(states(marks)).containsExactly(EpochState.OPENED, EpochState.ABORTED);
      assertThat(marks.extractOutputValues().get(1).getEpoch().getImages()).isEqualTo(5);
    }
  }

  private static List<EpochState> states(MarkHarness marks) {
    return marks.extractOutputValues().stream().map(each -> each.getEpoch().getState()).toList();
  }

  private static ModelVersion withPartitions(ModelVersion mark) {
    return ModelVersion.newBuilder(mark)
        .setEpoch(
            EpochMark.newBuilder(mark.getEpoch())
                .setPartitions(List.of(new SweptPartition(0, 40L)))
                .build())
        .build();
  }
}

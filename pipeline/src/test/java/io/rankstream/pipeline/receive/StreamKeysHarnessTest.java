package io.rankstream.pipeline.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.schemas.DeadLetter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.operators.ProcessOperator;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Test;

/** The keys that the receiver gives to images, through savepoints with other lists of streams. */
class StreamKeysHarnessTest {

  private static final OutputTag<DeadLetter> DEAD_LETTERS =
      new OutputTag<>("dead-letters", TypeInformation.of(DeadLetter.class));
  private static final int KEY_GROUPS = 128;

  private record Run(Map<String, StreamKey> keys, OperatorSubtaskState savepoint) {}

  @Test
  void asManyStreamsAsSubtasksHaveASubtaskEach() throws Exception {
    Run run = run(List.of("tenant-1", "tenant-2", "tenant-3", "tenant-4"), 4, null, 1);

    assertThat(run.keys().values()).extracting(key -> subtask(key, 4)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void aStreamKeepsItsKeyWhenOthersAreAddedRemovedAndReordered() throws Exception {
    Run first = run(List.of("north", "south", "east"), 2, null, 1);
    Run second = run(List.of("west", "east", "north", "center"), 4, first.savepoint(), 2);

    assertThat(second.keys())
        .containsEntry("north", first.keys().get("north"))
        .containsEntry("east", first.keys().get("east"))
        .doesNotContainKey("south");
    assertThat(second.keys().values())
        .extracting(key -> subtask(key, 4))
        .containsExactlyInAnyOrder(0, 1, 2, 3);
  }

  @Test
  void aStreamThatComesBackHasItsKeyAgain() throws Exception {
    Run first = run(List.of("north", "south"), 1, null, 1);
    Run without = run(List.of("north"), 1, first.savepoint(), 1);
    Run back = run(List.of("south", "east", "north"), 1, without.savepoint(), 1);

    assertThat(back.keys()).containsAllEntriesOf(first.keys()).containsKey("east");
  }

  @Test
  void theOrderOfTheFirstListDoesNotMatter() throws Exception {
    assertThat(run(List.of("a", "b", "c"), 3, null, 1).keys())
        .isEqualTo(run(List.of("c", "a", "b"), 3, null, 1).keys());
  }

  /** All subtasks of a receiver: the keys, on which they must agree, and their savepoint. */
  private static Run run(
      List<String> streams, int parallelism, OperatorSubtaskState savepoint, int parallelismBefore)
      throws Exception {
    Map<String, StreamKey> keys = new LinkedHashMap<>();
    OperatorSubtaskState[] states = new OperatorSubtaskState[parallelism];
    for (int subtask = 0; subtask < parallelism; subtask++) {
      try (OneInputStreamOperatorTestHarness<RawRecord, ImageInput> receiver =
          new OneInputStreamOperatorTestHarness<>(
              new ProcessOperator<>(
                  new ReceiveImages(
                      Fixtures.config("input.streams", String.join(";", streams)),
                      ReceiveHarness.TO_TRAIN,
                      DEAD_LETTERS)),
              KEY_GROUPS,
              parallelism,
              subtask)) {
        if (savepoint != null) {
          receiver.initializeState(
              AbstractStreamOperatorTestHarness.repartitionOperatorState(
                  savepoint, KEY_GROUPS, parallelismBefore, parallelism, subtask));
        }
        receiver.open();
        for (String stream : streams) {
          receiver.processElement(
              Fixtures.record(0, Fixtures.envelope("id", stream, "cat", Fixtures.png(1, 1))), 0);
        }
        for (ImageInput image : receiver.extractOutputValues()) {
          StreamKey other = keys.putIfAbsent(image.stream(), image.key());
          assertThat(other).isIn(null, image.key());
        }
        states[subtask] = receiver.snapshot(1, 1);
      }
    }
    return new Run(keys, AbstractStreamOperatorTestHarness.repackageState(states));
  }

  private static int subtask(StreamKey key, int parallelism) {
    return KeyGroupRangeAssignment.assignKeyToParallelOperator(key, KEY_GROUPS, parallelism);
  }
}

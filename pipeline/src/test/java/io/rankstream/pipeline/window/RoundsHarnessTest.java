package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.MicroBatch;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

/** The rounds of replicas in the window's state and timers. */
class RoundsHarnessTest {

  private static final JobConfig TWO_REPLICAS =
      WindowHarness.twoByTwo(
          "batch.max-wait", "1 h",
          "training.replicas", "2",
          "training.steps-per-round", "2",
          "training.round-wait", "10 s");

  @Test
  void aQuietStreamEndsItsRound() throws Exception {
    try (WindowHarness window = WindowHarness.open(TWO_REPLICAS)) {
      feed(window, 0, 1);
      window.advanceTo(6_000);
      feed(window, 1, 2); // k1 at 6 s
      window.advanceTo(15_999);
      assertThat(texts(window.batches())).containsExactly("r0 k0", "r0 k1");

      window.advanceTo(16_000);
      assertThat(texts(window.batches()))
          .containsExactly("r0 k0", "r0 k1", "r0 k0! mark", "r0 k1! mark");

      window.advanceTo(60_000);
      assertThat(window.batches()).as("nothing came since").hasSize(4);
    }
  }

  @Test
  void theEndOfTheInputEndsTheRound() throws Exception {
    try (WindowHarness window = WindowHarness.open(TWO_REPLICAS)) {
      feed(window, 0, 3);
      window.endInput();

      assertThat(texts(window.batches()))
          .containsExactly("r0 k0", "r0 k1", "r0 k0!", "r0 k1! mark");
    }
  }

  @Test
  void aRestoredWindowGoesOnInTheRound() throws Exception {
    OperatorSubtaskState snapshot;
    try (WindowHarness window = WindowHarness.open(TWO_REPLICAS)) {
      feed(window, 0, 3);
      snapshot = window.snapshot();
    }
    try (WindowHarness window = WindowHarness.restored(TWO_REPLICAS, snapshot)) {
      feed(window, 3, 5);

      assertThat(texts(window.batches())).containsExactly("r0 k1!", "r1 k0");
      assertThat(window.batches().get(0).number()).isEqualTo(3);
    }
  }

  @Test
  void aModelGetsReplicasAndLosesThemAgain() throws Exception {
    JobConfig alone = WindowHarness.twoByTwo("batch.max-wait", "1 h");
    OperatorSubtaskState snapshot;
    try (WindowHarness window = WindowHarness.open(alone)) {
      feed(window, 0, 3);
      assertThat(window.batches()).allMatch(batch -> batch.round() == null);
      snapshot = window.snapshot();
    }
    try (WindowHarness window = WindowHarness.restored(TWO_REPLICAS, snapshot)) {
      feed(window, 3, 4);
      assertThat(texts(window.batches())).containsExactly("r0 k0! mark", "r0 k1! mark", "r1 k1");
      snapshot = window.snapshot();
    }
    try (WindowHarness window = WindowHarness.restored(alone, snapshot)) {
      feed(window, 4, 5);
      assertThat(window.batches()).hasSize(1).allMatch(batch -> batch.round() == null);
      snapshot = window.snapshot();
    }
    try (WindowHarness window = WindowHarness.restored(TWO_REPLICAS, snapshot)) {
      feed(window, 5, 6);
      assertThat(texts(window.batches())).containsExactly("r2 k0! mark", "r2 k1! mark", "r3 k1");
    }
  }

  /** Each batch takes four images of two classes. */
  private static void feed(WindowHarness window, int from, int to) throws Exception {
    for (int batch = from; batch < to; batch++) {
      window.feed(4L * batch, "a", "b", "a", "b");
    }
  }

  private static List<String> texts(List<MicroBatch> batches) {
    return batches.stream()
        .map(
            each ->
                "r%d k%d%s%s"
                    .formatted(
                        each.round().index(),
                        each.round().replica(),
                        each.endsRound() ? "!" : "",
                        each.images().isEmpty() ? " mark" : ""))
        .toList();
  }
}

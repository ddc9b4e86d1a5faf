package io.rankstream.pipeline.window;

import static io.rankstream.pipeline.window.WindowHarness.ids;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

class NaturalWindowHarnessTest {

  private static final JobConfig CONFIG =
      Fixtures.config(
          "batch.sampler", "natural",
          "batch.classes", "2",
          "batch.images-per-class", "2",
          "batch.max-wait", "5 s",
          "model.max-classes", "3");

  @Test
  void takesImagesAsTheyComeWhateverTheirClass() throws Exception {
    try (WindowHarness window = WindowHarness.open(CONFIG)) {
      window.feed(0, "a", "a", "a", "b", "a", "a", "a", "a");

      List<MicroBatch> batches = window.batches();
      assertThat(batches).hasSize(2);
      assertThat(ids(batches.get(0))).containsExactly("image-0", "image-1", "image-2", "image-3");
      assertThat(ids(batches.get(1))).containsExactly("image-4", "image-5", "image-6", "image-7");
      assertThat(batches.get(1).images()).allMatch(BatchImage::fresh);
    }
  }

  @Test
  void sendsImagesOfMoreClassesThanTheModelHoldsToDeadLetters() throws Exception {
    try (WindowHarness window = WindowHarness.open(CONFIG)) {
      for (int i = 0; i < 1000; i++) {
        window.feed(i, "class-" + i);
      }
      window.feed(1000, "class-0");

      assertThat(window.deadLetters())
          .hasSize(997)
          .allMatch(letter -> letter.getReason().equals("TOO_MANY_CLASSES"));
      assertThat(window.batches()).hasSize(1);
      assertThat(ids(window.batches().get(0)))
          .containsExactly("image-0", "image-1", "image-2", "image-1000");
    }
  }

  @Test
  void emitsWhatItHasAfterTheWait() throws Exception {
    try (WindowHarness window = WindowHarness.open(CONFIG)) {
      window.advanceTo(0);
      window.feed(0, "a", "b");
      window.advanceTo(4_999);
      assertThat(window.batches()).isEmpty();

      window.advanceTo(5_000);

      assertThat(window.batches()).hasSize(1);
      assertThat(window.processingTimeTimers()).isZero();
    }
  }

  @Test
  void keepsWaitingImagesOverARestoreAndEmitsThemWhenTheInputEnds() throws Exception {
    OperatorSubtaskState snapshot;
    try (WindowHarness window = WindowHarness.open(CONFIG)) {
      window.feed(0, "a", "b", "c");
      snapshot = window.snapshot();
    }

    try (WindowHarness window = WindowHarness.restored(CONFIG, snapshot)) {
      window.endInput();

      List<MicroBatch> batches = window.batches();
      assertThat(batches).hasSize(1);
      assertThat(ids(batches.get(0))).containsExactly("image-0", "image-1", "image-2");
    }
  }

  @Test
  void aJobThatWasDrainedEmitsWhatWaitsWhenItsNextInputEnds() throws Exception {
    OperatorSubtaskState drained;
    try (WindowHarness window = WindowHarness.open(CONFIG)) {
      window.feed(0, "a", "b", "c");
      window.endInput();
      drained = window.snapshot();
    }

    try (WindowHarness window = WindowHarness.restored(CONFIG, drained)) {
      window.feed(3, "a", "b");
      window.endInput();

      assertThat(window.batches()).hasSize(1);
      assertThat(ids(window.batches().get(0))).containsExactly("image-3", "image-4");
      assertThat(window.batches().get(0).number()).isEqualTo(1);
    }
  }
}

package io.rankstream.pipeline.window;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

/** The passes over kept images: when they are trained, how many, and after a restore. */
class PassesHarnessTest {

  private static final String[] THREE_PASSES = {
    "batch.max-wait", "1 h", "training.passes", "3", "training.quiet", "10 s"
  };
  private static final int QUIET = 10_000;

  @Test
  void aQuietStreamTrainsOnWhatItKeeps() throws Exception {
    try (WindowHarness window = WindowHarness.open(config())) {
      feed(window, 0, 8);
      window.advanceTo(QUIET - 1);
      assertThat(window.batches()).hasSize(2);

      passMillis(window, QUIET, 100);
      assertThat(window.batches()).as("3 passes of 8 images, 4 to a batch").hasSize(6);
      assertThat(replayed(window.batches().subList(2, 6))).isEqualTo(16);

      window.advanceTo(100 * QUIET);
      assertThat(window.batches()).as("the budget is spent").hasSize(6);
    }
  }

  @Test
  void theNextImageEndsThemUntilTheStreamIsQuietAgain() throws Exception {
    try (WindowHarness window = WindowHarness.open(config())) {
      feed(window, 0, 8);
      window.advanceTo(QUIET);
      assertThat(window.batches()).hasSize(3);

      feed(window, 8, 9);
      window.advanceTo(2 * QUIET - 1);
      assertThat(window.batches()).hasSize(3);

      passMillis(window, 2 * QUIET, 100);
      // 27 places for 9 images, of which 12 were taken: 15 are left, and the last batch takes 4
      assertThat(window.batches()).hasSize(7);
    }
  }

  @Test
  void aKilledWindowGoesOnWithTheSameBatches() throws Exception {
    List<List<String>> undisturbed;
    try (WindowHarness window = WindowHarness.open(config())) {
      feed(window, 0, 12);
      passMillis(window, QUIET, 100);
      undisturbed = texts(window.batches());
    }

    List<List<String>> before;
    OperatorSubtaskState snapshot;
    try (WindowHarness window = WindowHarness.open(config())) {
      feed(window, 0, 12);
      window.advanceTo(QUIET + 1);
      before = texts(window.batches());
      snapshot = window.snapshot();
    }
    try (WindowHarness window = WindowHarness.restored(config(), snapshot)) {
      window.advanceTo(5 * QUIET);
      assertThat(window.batches()).as("the time that the job was down is not quiet").isEmpty();

      passMillis(window, 6 * QUIET, 100);
      assertThat(before).hasSizeBetween(4, undisturbed.size() - 1);
      assertThat(Stream.concat(before.stream(), texts(window.batches()).stream()).toList())
          .isEqualTo(undisturbed);
    }
  }

  @Test
  void imagesThatAreReadAgainAfterAFailureComeBeforeThePasses() throws Exception {
    List<List<String>> undisturbed;
    try (WindowHarness window = WindowHarness.open(config())) {
      feed(window, 0, 12);
      passMillis(window, QUIET, 100);
      undisturbed = texts(window.batches());
    }

    OperatorSubtaskState snapshot;
    try (WindowHarness window = WindowHarness.open(config())) {
      feed(window, 0, 5);
      snapshot = window.snapshot(); // the job fails, and is down for longer than training.quiet
    }
    try (WindowHarness window = WindowHarness.restored(config(), snapshot)) {
      window.advanceTo(5 * QUIET);
      feed(window, 5, 12);
      passMillis(window, 6 * QUIET, 100);
      assertThat(texts(window.batches())).isEqualTo(undisturbed.subList(1, undisturbed.size()));
    }
  }

  @Test
  void theEndOfABoundedInputTrainsAllAtOnceAndTimeTrainsNothing() throws Exception {
    try (WindowHarness window = WindowHarness.open(config("input.bounded", "true"))) {
      feed(window, 0, 8);
      window.advanceTo(5 * QUIET);
      assertThat(window.batches()).hasSize(2);

      window.endInput();
      assertThat(window.batches()).hasSize(6);
    }
  }

  @Test
  void aSavepointWithDrainDoesNotTrainThem() throws Exception {
    try (WindowHarness window = WindowHarness.open(config())) {
      feed(window, 0, 8);
      window.endInput();

      assertThat(window.batches()).hasSize(2);
    }
  }

  @Test
  void aBusyStreamOwesNoMoreThanPassesOverWhatItKeeps() throws Exception {
    JobConfig config = config("window.reservoir-per-class", "4", "batch.train-every", "16");
    try (WindowHarness window = WindowHarness.open(config)) {
      feed(window, 0, 800);
      int busy = window.batches().size();
      passMillis(window, QUIET, 1_000);

      // at the last batch 24 images were held at most, and 16 have come since
      assertThat(window.batches().size() - busy).isBetween(1, 3 * (24 + 16) / 4);
    }
  }

  @Test
  void withoutPassesNothingIsTrainedInQuiet() throws Exception {
    try (WindowHarness window = WindowHarness.open(config("training.passes", "0"))) {
      feed(window, 0, 8);
      window.advanceTo(10 * QUIET);

      assertThat(window.batches()).hasSize(2);
    }
  }

  @Test
  void forgottenImagesAreNotTrainedOn() throws Exception {
    try (WindowHarness window = WindowHarness.open(config())) {
      feed(window, 0, 8);
      for (int image = 0; image < 8; image += 2) {
        window.forget("image-" + image); // all of class a
      }
      passMillis(window, QUIET, 100);

      assertThat(window.batches()).as("one class is left").hasSize(2);
    }
  }

  private static JobConfig config(String... pairs) {
    return WindowHarness.twoByTwo(
        Stream.concat(Stream.of(THREE_PASSES), Stream.of(pairs)).toArray(String[]::new));
  }

  /** Images of the classes a and b in turn. */
  private static void feed(WindowHarness window, int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      window.feed(i, i % 2 == 0 ? "a" : "b");
    }
  }

  /** Lets the clock stand at each millisecond of a time: a batch comes with each. */
  private static void passMillis(WindowHarness window, int from, int count) throws Exception {
    for (int millis = 0; millis < count; millis++) {
      window.advanceTo(from + millis);
    }
  }

  private static long replayed(List<MicroBatch> batches) {
    return batches.stream()
        .flatMap(batch -> batch.images().stream())
        .filter(image -> !image.fresh())
        .map(BatchImage::image)
        .count();
  }

  private static List<List<String>> texts(List<MicroBatch> batches) {
    return batches.stream().map(WindowHarness::ids).toList();
  }
}

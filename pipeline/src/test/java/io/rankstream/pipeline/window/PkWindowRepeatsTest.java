package io.rankstream.pipeline.window;

import static io.rankstream.pipeline.window.WindowHarness.IMAGE_BYTES;
import static io.rankstream.pipeline.window.WindowHarness.twoByTwo;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import java.util.Collections;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

/** Images that a producer sends again. */
class PkWindowRepeatsTest {

  @Test
  void aRepeatedImageIsTrainedOnOnce() throws Exception {
    JobConfig config = twoByTwo("repeats.within", "1 min");
    try (WindowHarness window = WindowHarness.open(config)) {
      AcceptedImage first = Fixtures.image(0, "a", IMAGE_BYTES);
      window.feed(
          List.of(
              first,
              first,
              at(first, 60_000, "a", first.digest()), // near enough
              at(first, 60_001, "a", first.digest()),
              at(first, 60_001, "b", first.digest()), // another label is news
              at(first, 60_001, "b", 77))); // and so is another picture
      window.endInput();

      assertThat(window.fresh()).hasSize(4);
    }
  }

  @Test
  void repeatsAreKnownAfterARestore() throws Exception {
    OperatorSubtaskState snapshot;
    try (WindowHarness window = WindowHarness.open(twoByTwo())) {
      window.feed(0, "a", "b");
      snapshot = window.snapshot();
    }
    try (WindowHarness window = WindowHarness.restored(twoByTwo(), snapshot)) {
      window.feed(0, "a", "b");
      window.endInput();

      assertThat(window.fresh()).hasSize(2);
    }
  }

  @Test
  void remembersNoMoreImagesThanItMay() throws Exception {
    JobConfig config = twoByTwo("repeats.remembered", "10");
    try (WindowHarness window = WindowHarness.open(config)) {
      window.feed(0, Collections.nCopies(11, "a").toArray(String[]::new));
      window.feed(10, "a"); // known
      window.feed(1, "a"); // known, the oldest that is
      window.feed(0, "a"); // forgotten
      window.endInput();

      assertThat(window.fresh()).hasSize(12);
    }
  }

  @Test
  void absurdEventTimesHarmNoOtherImage() throws Exception {
    try (WindowHarness window = WindowHarness.open(twoByTwo())) {
      AcceptedImage image = Fixtures.image(0, "a", IMAGE_BYTES);
      for (long time : new long[] {0, Long.MAX_VALUE, Long.MIN_VALUE, -1, 0}) {
        window.feed(List.of(at(image, time, "a", 1)));
      }
      window.endInput();

      assertThat(window.fresh()).hasSize(4); // the last is near the one before it
    }
  }

  private static AcceptedImage at(AcceptedImage image, long eventTime, String label, int digest) {
    return new AcceptedImage(
        image.imageId(), image.key(), label, eventTime, digest, image.pixels(), image.origin());
  }
}

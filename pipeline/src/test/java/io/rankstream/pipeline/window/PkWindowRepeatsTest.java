package io.rankstream.pipeline.window;

import static io.rankstream.pipeline.window.WindowHarness.IMAGE_BYTES;
import static io.rankstream.pipeline.window.WindowHarness.twoByTwo;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.event.AcceptedImage;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

/** Images that a producer sends again. */
class PkWindowRepeatsTest {

  @Test
  void aRepeatedImageIsDroppedAndAnotherPictureTakesItsPlace() throws Exception {
    try (WindowHarness window = WindowHarness.open(twoByTwo())) {
      window.feed(0, "a", "a", "b");
      window.feed(0, "a", "a", "b");
      assertThat(window.batches()).as("three images are too few").isEmpty();
      assertThat(window.embedAgain()).isEmpty();

      AcceptedImage first = Fixtures.image(0, "a", IMAGE_BYTES);
      AcceptedImage corrected = withDigest(first, 77);
      window.feed(List.of(corrected));

      assertThat(window.embedAgain()).extracting(AcceptedImage::digest).containsExactly(77);
    }
  }

  @Test
  void repeatsAreKnownAfterARestore() throws Exception {
    OperatorSubtaskState snapshot;
    try (WindowHarness window = WindowHarness.open(twoByTwo())) {
      window.feed(0, "a", "a", "b");
      snapshot = window.snapshot();
    }
    try (WindowHarness window = WindowHarness.restored(twoByTwo(), snapshot)) {
      window.feed(0, "a", "a", "b");
      assertThat(window.batches()).isEmpty();

      window.feed(3, "b");

      assertThat(window.batches()).hasSize(1);
      assertThat(window.fresh()).hasSize(4);
    }
  }

  private static AcceptedImage withDigest(AcceptedImage image, int digest) {
    return new AcceptedImage(
        image.imageId(),
        image.key(),
        image.label(),
        image.eventTime(),
        digest,
        image.pixels(),
        image.origin());
  }
}

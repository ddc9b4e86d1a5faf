package io.rankstream.pipeline.window;

import static io.rankstream.pipeline.window.WindowHarness.IMAGE_BYTES;
import static io.rankstream.pipeline.window.WindowHarness.twoByTwo;
import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.Fixtures;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.schemas.DeadLetter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Good images that the window does not take. */
class PkWindowDeadLettersTest {

  @Test
  void sendsImagesOfMoreClassesThanTheModelHoldsToDeadLetters() throws Exception {
    try (WindowHarness window = WindowHarness.open(twoByTwo("model.max-classes", "2"))) {
      window.feed(0, "a", "a", "b", "b", "c");

      assertThat(window.deadLetters())
          .singleElement()
          .satisfies(
              letter -> {
                assertThat(letter.getReason()).isEqualTo("TOO_MANY_CLASSES");
                assertThat(letter.getSourceOffset()).isEqualTo(4);
                assertThat(letter.getDetail()).contains("model.max-classes = 2");
              });
    }
  }

  @Test
  void shedsOldImagesOfFrequentClassesAloneWhenItLags() throws Exception {
    JobConfig config =
        twoByTwo(
            "window.lag-policy", "shed",
            "window.max-lag", "1 min",
            "window.fresh-per-class", "2",
            "batch.train-every", "1000");
    try (WindowHarness window = WindowHarness.open(config)) {
      long written = Fixtures.image(0, "a", IMAGE_BYTES).origin().timestamp();
      window.advanceTo(written + 60_000);
      window.feed(0, "a", "a", "a", "a", "a"); // three of them are surplus
      window.advanceTo(written + 60_001);
      window.feed(5, "a", "a", "b", "b"); // the rare class has no surplus
      window.feed(List.of(Fixtures.image(9, null, IMAGE_BYTES)));
      window.endInput();

      assertThat(window.deadLetters())
          .extracting(DeadLetter::getReason)
          .containsExactly("LAG_SHED", "LAG_SHED", "LAG_SHED");
      assertThat(window.deadLetters())
          .extracting(DeadLetter::getSourceOffset)
          .containsExactly(3L, 4L, 9L);
      assertThat(window.fresh().stream().map(slot -> slot.image().origin().offset()).toList())
          .containsExactlyInAnyOrder(0L, 1L, 2L, 5L, 6L, 7L, 8L);
    }
  }
}

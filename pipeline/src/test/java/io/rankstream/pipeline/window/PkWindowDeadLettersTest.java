package io.rankstream.pipeline.window;

import static io.rankstream.pipeline.window.WindowHarness.twoByTwo;
import static org.assertj.core.api.Assertions.assertThat;

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
}

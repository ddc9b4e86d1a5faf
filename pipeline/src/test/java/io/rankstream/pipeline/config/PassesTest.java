package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.pipeline.Fixtures;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PassesTest {

  @Test
  void anInputWithoutAnEndTrainsThemInQuietAndABoundedOneAtItsEnd() {
    assertThat(Fixtures.config("training.passes", "20").batch().passes())
        .isEqualTo(new Passes(20, Duration.ofSeconds(10), false));
    assertThat(
            Fixtures.config("training.passes", "20", "input.bounded", "true")
                .batch()
                .passes()
                .atEnd())
        .isTrue();
  }

  @Test
  void theNaturalWindowKeepsNoImagesForThem() {
    assertThatThrownBy(() -> Fixtures.config("training.passes", "20", "batch.sampler", "natural"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "Invalid batch.sampler: natural (must be pk with training.passes = 20: only its window keeps images to train on again)");
  }
}

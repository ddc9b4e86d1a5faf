package io.rankstream.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ForgettingTest {

  @Test
  void comparesTheMeanRecallsOfTheClassesThatStopped() {
    Forgetting forgetting =
        Forgetting.of(
            Map.of("a", 0.9, "b", 0.8, "c", 0.6),
            Map.of("a", 1.0, "b", 0.5, "c", 0.1),
            Set.of("b", "c"));

    assertThat(forgetting).isEqualTo(new Forgetting(0.7, 0.3, 1.0));
  }

  @Test
  void countsAClassThatTheModelDoesNotKnowAsForgotten() {
    assertThat(Forgetting.of(Map.of("a", 0.5), Map.of("b", 0.4), Set.of("a")))
        .isEqualTo(new Forgetting(0.5, 0, 0.4));
  }
}

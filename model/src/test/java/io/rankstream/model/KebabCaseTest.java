package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankstream.model.image.Normalization;
import io.rankstream.model.network.Backbone;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KebabCaseTest {

  private enum Move {
    STEP,
    HALF_TURN,
    INCEPTION_V4
  }

  @Test
  void joinsWordsByHyphensAndKeepsDigits() {
    assertThat(KebabCase.of(Move.STEP)).isEqualTo("step");
    assertThat(KebabCase.of(Move.HALF_TURN)).isEqualTo("half-turn");
    assertThat(KebabCase.of(Move.INCEPTION_V4)).isEqualTo("inception-v4");
  }

  @ParameterizedTest
  @EnumSource(Move.class)
  void readsEveryNameItGives(Move move) {
    assertThat(KebabCase.parse(Move.class, KebabCase.of(move))).isEqualTo(move);
  }

  @ParameterizedTest
  @ValueSource(strings = {"half-turn", "HALF_TURN", "half_turn", "Half-Turn"})
  void readsUpperCaseAndUnderscores(String name) {
    assertThat(KebabCase.parse(Move.class, name)).isEqualTo(Move.HALF_TURN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"halfturn", "half turn", "", " step"})
  void listsTheAcceptedNamesForAnyOther(String name) {
    assertThatThrownBy(() -> KebabCase.parse(Move.class, name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid value: %s (must be one of step, half-turn, inception-v4)", name);
  }

  @ParameterizedTest
  @EnumSource(Backbone.class)
  void isTheNameOfABackboneInFiles(Backbone backbone) {
    assertThat(backbone.id()).isEqualTo(KebabCase.of(backbone));
  }

  @ParameterizedTest
  @EnumSource(Normalization.class)
  void isTheNameOfANormalizationInFiles(Normalization normalization) {
    assertThat(normalization.id()).isEqualTo(KebabCase.of(normalization));
  }

  @Test
  void doesNotDependOnTheLanguageOfTheMachine() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr")); // its lower case of I has no dot
    try {
      assertThat(KebabCase.of(Move.INCEPTION_V4)).isEqualTo("inception-v4");
    } finally {
      Locale.setDefault(before);
    }
  }
}

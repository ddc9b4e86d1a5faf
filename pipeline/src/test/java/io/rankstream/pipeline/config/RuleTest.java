package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.MemorySize;
import org.junit.jupiter.api.Test;

class RuleTest {

  @Test
  void boundsAreInOrOutAsTheWordingSays() {
    assertThat(Rule.atLeast(2).accepts(2)).isTrue();
    assertThat(Rule.atLeast(2).accepts(1)).isFalse();
    assertThat(Rule.atMost(2).accepts(2)).isTrue();
    assertThat(Rule.atMost(2).accepts(3)).isFalse();
    assertThat(Rule.above(2).accepts(2)).isFalse();
    assertThat(Rule.below(2).accepts(2)).isFalse();
    assertThat(Rule.between(1, 2).accepts(1)).isTrue();
    assertThat(Rule.between(1, 2).accepts(2)).isTrue();
    assertThat(Rule.between(1, 2).accepts(3)).isFalse();
  }

  @Test
  void wordingComesFromTheBounds() {
    assertThat(Rule.atLeast(2).because("or no anchor has a negative").accepted())
        .isEqualTo("at least 2, or no anchor has a negative");
    assertThat(Rule.above(0.0).and(Rule.atMost(1e6)).accepted())
        .isEqualTo("above 0 and at most 1000000");
    assertThat(Rule.above(1.0).and(Rule.below(1e30)).or(0.0, "for any length").accepted())
        .isEqualTo("above 1 and below 1e30, or 0 for any length");
    assertThat(Rule.between(new MemorySize(1), MemorySize.ofMebiBytes(1024)).accepted())
        .isEqualTo("1 b to 1 gb");
    assertThat(Rule.between(Duration.ofSeconds(10), Duration.ofDays(24)).accepted())
        .isEqualTo("10 s to 24 d");
    assertThat(Rule.oneOf(List.of(0, 1, 3)).accepted()).isEqualTo("0, 1 or 3");
  }

  @Test
  void aValueBesideTheRuleIsAccepted() {
    Rule<Integer> side = Rule.between(8, 2048).or(0, "for the backbone's own");

    assertThat(side.accepts(0)).isTrue();
    assertThat(side.accepts(7)).isFalse();
  }

  @Test
  void undefinedNumbersAreRefusedAndNegativeZeroIsZero() {
    assertThat(Rule.atLeast(0.0).accepts(Double.NaN)).isFalse();
    assertThat(Rule.above(0.0).accepts(Double.NaN)).isFalse();
    assertThat(Rule.below(1.0).accepts(Double.NaN)).isFalse();
    assertThat(Rule.atLeast(0.0).accepts(-0.0)).isTrue();
    assertThat(Rule.above(0.0).accepts(0.0)).isFalse();
  }

  @Test
  void refusedArgumentsAreNamedWithValueAndRule() {
    assertThatThrownBy(() -> Rule.between(0, 65_535).require("page-port", 70_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid page-port: 70000 (must be 0 to 65535)");
  }
}

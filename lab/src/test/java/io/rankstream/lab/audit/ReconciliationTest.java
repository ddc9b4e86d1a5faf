package io.rankstream.lab.audit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReconciliationTest {

  private final Reconciliation<String> keys = new Reconciliation<>();

  @Test
  void findsNothingWrongWhenEachExpectedKeyComesOnce() {
    keys.expect("a");
    keys.expect("b");
    keys.find("b");
    keys.find("a");

    assertThat(keys.missing()).isEmpty();
    assertThat(keys.unexpected()).isEmpty();
    assertThat(keys.repeated()).isEmpty();
    assertThat(keys.expectedKeys()).isEqualTo(2);
    assertThat(keys.foundKeys()).isEqualTo(2);
  }

  @Test
  void namesMissingUnexpectedAndRepeatedKeys() {
    keys.expect("a");
    keys.expect("a"); // expected twice is expected once
    keys.expect("b");

    assertThat(keys.find("b")).isTrue();
    assertThat(keys.find("b")).isFalse();
    assertThat(keys.find("c")).isTrue();

    assertThat(keys.missing()).containsExactly("a");
    assertThat(keys.unexpected()).containsExactly("c");
    assertThat(keys.repeated()).containsExactly("b");
    assertThat(keys.hasFound("b")).isTrue();
    assertThat(keys.hasFound("a")).isFalse();
  }
}

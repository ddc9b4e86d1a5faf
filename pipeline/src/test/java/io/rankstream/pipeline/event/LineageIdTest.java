package io.rankstream.pipeline.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LineageIdTest {

  private static final long NOW = 1_764_400_000_000L;

  @Test
  void sortsByItsBirth() {
    String early = LineageId.born(NOW);
    String late = LineageId.born(NOW + 1);

    assertThat(late).isGreaterThan(early).isGreaterThan("");
    assertThat(LineageId.bornAt(early)).isEqualTo(NOW);
    assertThat(LineageId.bornAt(late)).isEqualTo(NOW + 1);
  }

  @Test
  void sortsBehindItsParentEvenWhereTheClockRunsBackwards() {
    String parent = LineageId.born(NOW);
    String child = LineageId.after(parent, LineageId.born(NOW - 86_400_000));

    assertThat(child).isGreaterThan(parent);
    assertThat(LineageId.bornAt(child)).isEqualTo(NOW + 1);
  }

  @Test
  void modelsThatAreBornAtTheSameTimeHaveLineagesOfTheirOwn() {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      ids.add(LineageId.born(NOW));
    }

    assertThat(ids).hasSize(1000);
  }

  @Test
  void aTextOfAnotherFormHasNoBirth() {
    assertThat(LineageId.bornAt("")).isZero();
    assertThat(LineageId.bornAt("yesterday")).isZero();
    assertThat(LineageId.isValid("0198C3F2A100-00112233445566AA")).isFalse();
    String birth = LineageId.born(NOW);
    assertThat(LineageId.after("yesterday", birth)).isEqualTo(birth);
    assertThat(LineageId.after("", birth)).isEqualTo(birth);
  }
}

package io.rankstream.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class PrequentialAccuracyTest {

  @Test
  void isEmptyBeforeTheFirstResult() {
    PrequentialAccuracy accuracy = new PrequentialAccuracy(0.9);

    assertThat(accuracy.micro()).isEmpty();
    assertThat(accuracy.macro()).isEmpty();
  }

  @Test
  void fadesOldResults() {
    PrequentialAccuracy accuracy = new PrequentialAccuracy(0.5);
    accuracy.add("a", "a");
    accuracy.add("a", "b");
    accuracy.add("a", "a");

    // (1·0.25 + 0·0.5 + 1) / (0.25 + 0.5 + 1)
    assertThat(accuracy.micro().orElseThrow()).isCloseTo(1.25 / 1.75, within(1e-12));
  }

  @Test
  void givesRareClassesTheSameWeightInMacro() {
    PrequentialAccuracy accuracy = new PrequentialAccuracy(1);
    for (int i = 0; i < 99; i++) {
      accuracy.add("common", "common");
    }
    accuracy.add("rare", "common");

    assertThat(accuracy.micro().orElseThrow()).isCloseTo(0.99, within(1e-12));
    assertThat(accuracy.macro().orElseThrow()).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void countsAnImageThatWasMetBeforeAnyClassAsWrong() {
    PrequentialAccuracy accuracy = new PrequentialAccuracy(1);
    accuracy.add("a", null);

    assertThat(accuracy.micro()).hasValue(0);
  }

  @Test
  void goesOnAfterARestoreAsIfNothingHadHappened() throws IOException {
    PrequentialAccuracy original = new PrequentialAccuracy(0.9);
    original.add("a", "a");
    original.add("b", "a");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    original.writeTo(new DataOutputStream(bytes));

    PrequentialAccuracy restored =
        PrequentialAccuracy.read(
            new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    original.add("a", "b");
    restored.add("a", "b");

    assertThat(restored.micro()).isEqualTo(original.micro());
    assertThat(restored.macro()).isEqualTo(original.macro());
  }
}

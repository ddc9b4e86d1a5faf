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
    PrequentialAccuracy accuracy = new PrequentialAccuracy(0.9, 100);

    assertThat(accuracy.micro()).isEmpty();
    assertThat(accuracy.macro()).isEmpty();
  }

  @Test
  void fadesOldResults() {
    PrequentialAccuracy accuracy = new PrequentialAccuracy(0.5, 100);
    accuracy.add("a", "a");
    accuracy.add("a", "b");
    accuracy.add("a", "a");

    // (1·0.25 + 0·0.5 + 1) / (0.25 + 0.5 + 1)
    assertThat(accuracy.micro().orElseThrow()).isCloseTo(1.25 / 1.75, within(1e-12));
  }

  @Test
  void givesRareClassesTheSameWeightInMacro() {
    PrequentialAccuracy accuracy = new PrequentialAccuracy(1, 100);
    for (int i = 0; i < 99; i++) {
      accuracy.add("common", "common");
    }
    accuracy.add("rare", "common");

    assertThat(accuracy.micro().orElseThrow()).isCloseTo(0.99, within(1e-12));
    assertThat(accuracy.macro().orElseThrow()).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void countsAnImageThatWasMetBeforeAnyClassAsWrong() {
    PrequentialAccuracy accuracy = new PrequentialAccuracy(1, 100);
    accuracy.add("a", null);

    assertThat(accuracy.micro()).hasValue(0);
  }

  @Test
  void goesOnAfterARestoreAsIfNothingHadHappened() throws IOException {
    PrequentialAccuracy original = new PrequentialAccuracy(0.9, 100);
    original.add("a", "a");
    original.add("b", "a");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    original.writeTo(new DataOutputStream(bytes));

    PrequentialAccuracy restored = new PrequentialAccuracy(0.9, 100);
    restored.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    original.add("a", "b");
    restored.add("a", "b");

    assertThat(restored.micro()).isEqualTo(original.micro());
    assertThat(restored.macro()).isEqualTo(original.macro());
    assertThat(restored.windowMicro()).isEqualTo(original.windowMicro());
    assertThat(restored.windowMacro()).isEqualTo(original.windowMacro());
  }

  @Test
  void theWindowSeesAChangeAsSoonAsItComes() {
    PrequentialAccuracy accuracy = new PrequentialAccuracy(0.999, 10);
    for (int i = 0; i < 200; i++) {
      accuracy.add("a", "a");
    }
    for (int i = 0; i < 5; i++) {
      accuracy.add("a", "b");
      accuracy.add("b", "b");
    }

    assertThat(accuracy.windowMicro()).hasValue(0.5);
    assertThat(accuracy.windowMacro()).hasValue(0.5); // a: 0 of 5, b: 5 of 5
    assertThat(accuracy.micro().orElseThrow()).isGreaterThan(0.9);
  }

  @Test
  void tellsFrequentClassesFromRareOnes() {
    PrequentialAccuracy accuracy = new PrequentialAccuracy(1, 100);
    for (int i = 0; i < 10; i++) {
      accuracy.add("head", "head");
    }
    for (int i = 0; i < 5; i++) {
      accuracy.add("middle", "head");
    }
    accuracy.add("tail", "head");
    accuracy.add("tail", "tail");

    assertThat(accuracy.headRecall()).hasValue(1);
    assertThat(accuracy.tailRecall()).hasValue(0.5);
  }
}

package io.rankstream.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** Random results of ever more classes, with many ties of their counts. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void keepsTheFiguresThatAnAccountOfAllResultsHas(long seed) {
    Random random = new Random(seed);
    PrequentialAccuracy accuracy = new PrequentialAccuracy(0.99, 50);
    NaiveAccuracy naive = new NaiveAccuracy(0.99, 50);
    for (int i = 0; i < 2000; i++) {
      String label = "class-" + random.nextInt(1 + i / 20);
      String predicted = random.nextInt(3) == 0 ? label : "other";
      accuracy.add(label, predicted);
      naive.add(label, predicted);

      assertClose(accuracy.micro(), naive.micro());
      assertClose(accuracy.macro(), naive.macro());
      assertClose(accuracy.windowMicro(), naive.windowMicro());
      assertClose(accuracy.windowMacro(), naive.windowMacro());
      assertClose(accuracy.headRecall(), naive.headRecall());
      assertClose(accuracy.tailRecall(), naive.tailRecall());
      assertClose(accuracy.recall(label), naive.recall(label));
    }
  }

  @Test
  void aRestoredAccuracyHasEqualFiguresToTheLastBit() throws IOException {
    Random random = new Random(5);
    PrequentialAccuracy original = new PrequentialAccuracy(0.99, 50);
    for (int i = 0; i < 3000; i++) {
      original.add("class-" + random.nextInt(100), "class-" + random.nextInt(3));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    original.writeTo(new DataOutputStream(bytes));
    PrequentialAccuracy restored = new PrequentialAccuracy(0.99, 50);
    restored.readFrom(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));

    assertThat(figures(restored)).isEqualTo(figures(original));
  }

  private static List<OptionalDouble> figures(PrequentialAccuracy accuracy) {
    return List.of(
        accuracy.micro(),
        accuracy.macro(),
        accuracy.windowMicro(),
        accuracy.windowMacro(),
        accuracy.headRecall(),
        accuracy.tailRecall());
  }

  private static void assertClose(OptionalDouble actual, OptionalDouble expected) {
    assertThat(actual.isPresent()).isEqualTo(expected.isPresent());
    if (expected.isPresent()) {
      assertThat(actual.getAsDouble()).isCloseTo(expected.getAsDouble(), within(1e-11));
    }
  }
}

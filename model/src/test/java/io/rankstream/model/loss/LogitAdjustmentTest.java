package io.rankstream.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Classes are rows of the softmax head here: 0, 1, 2, … */
class LogitAdjustmentTest {

  private static final int CAPACITY = 6;
  private static final int BATCH = 8;

  private final NDManager manager = NDManager.newBaseManager();
  private final NDArray counts = manager.zeros(new Shape(CAPACITY, 2));
  private final LogitAdjustment adjustment = new LogitAdjustment(counts, 1);

  @AfterEach
  void closeArrays() {
    manager.close();
  }

  /** Compares with the definition in float64: means over the steps since a class is known. */
  @Test
  void addsTheLogarithmOfTheShareOfEachClass() {
    Random random = new Random(1);
    double[] images = new double[CAPACITY];
    double[] steps = new double[CAPACITY];
    for (int step = 0; step < 400; step++) {
      int classes = step < 100 ? 3 : 5;
      long[] labels = random.longs(BATCH, 0, classes).map(c -> c * c / classes).toArray();
      for (int c = 0; c < classes; c++) {
        images[c] *= 0.999;
        steps[c] = 0.999 * steps[c] + 1;
      }
      for (long label : labels) {
        images[(int) label]++;
      }
      follow(classes, labels);
    }

    float[] actual = of(5);
    for (int c = 0; c < 5; c++) {
      double share = (images[c] + 1) / (steps[c] + 5.0 / BATCH);
      assertThat((double) actual[c]).as("class %d", c).isCloseTo(Math.log(share), within(1e-4));
    }
  }

  @Test
  void isScaledByItsStrength() {
    follow(3, 0, 0, 0, 0, 0, 1, 1, 2);
    float[] half = new LogitAdjustment(counts, 0.5).of(3, BATCH, manager).toFloatArray();

    float[] whole = of(3);
    for (int c = 0; c < 3; c++) {
      assertThat(half[c]).isCloseTo(whole[c] / 2, within(1e-6f));
    }
  }

  @Test
  void aNewClassStartsAmongEquals() {
    for (int step = 0; step < 50; step++) {
      follow(2, 0, 0, 0, 0, 1, 1, 1, 1);
    }

    float[] before = of(4);
    assertThat(before[2])
        .isEqualTo(before[3])
        .isCloseTo((float) Math.log(BATCH / 4.0), within(1e-6f));

    // From here on each of four classes has a quarter; the new ones need no history to be equal.
    for (int step = 0; step < 3; step++) {
      follow(4, 0, 0, 1, 1, 2, 2, 3, 3);
    }
    float[] after = of(4);
    assertThat(after[2]).isEqualTo(after[3]).isCloseTo((float) Math.log(2), within(1e-6f));
  }

  @Test
  void staysFiniteForAClassThatNeverComesAgain() {
    follow(2, 0, 0, 0, 0, 1, 1, 1, 1);
    for (int step = 0; step < 20_000; step++) {
      follow(2, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    float[] actual = of(2);
    assertThat(actual[0]).isCloseTo((float) Math.log(BATCH), within(1e-3f));
    assertThat(actual[1]).isCloseTo((float) Math.log(1 / 1_000.25), within(1e-2f));
  }

  @Test
  void equalSharesChangeNoLoss() {
    for (int step = 0; step < 10; step++) {
      follow(4, 0, 0, 1, 1, 2, 2, 3, 3);
    }
    NDArray logits = manager.create(new float[] {1, -2, 0.5f, 3, 0, 0, 2, -1}, new Shape(2, 4));
    NDArray labels = manager.create(new long[] {3, 0});

    float plain = CrossEntropy.mean(logits, labels).getFloat();
    NDArray adjusted = logits.add(adjustment.of(4, BATCH, manager));
    assertThat(CrossEntropy.mean(adjusted, labels).getFloat()).isCloseTo(plain, within(1e-6f));
  }

  private void follow(int classes, long... labels) {
    try (NDManager step = manager.newSubManager()) {
      adjustment.follow(step.create(labels), classes);
    }
  }

  private float[] of(int classes) {
    try (NDManager step = manager.newSubManager()) {
      return adjustment.of(classes, BATCH, step).toFloatArray();
    }
  }
}

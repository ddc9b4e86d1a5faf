package io.rankstream.model.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;

class MovingAverageTest {

  @Test
  void theAverageFollowsTheWeights() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray average = manager.create(new float[] {1, 1});
      MovingAverage.follow(average, manager.create(new float[] {2, 0}), 0.75);

      assertThat(average.toFloatArray()).containsExactly(1.25f, 0.75f);
    }
  }

  @Test
  void weightsThatDoNotChangeAreTheirOwnAverage() {
    float[] values = {0.1f, -0.3f, 1e-7f, 12345.678f};
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray weights = manager.create(values);
      NDArray average = weights.duplicate();
      for (int step = 0; step < 100; step++) {
        MovingAverage.follow(average, weights, 0.995);
      }

      assertThat(average.toFloatArray()).containsExactly(values);
    }
  }

  /** The mean of the ages of the weights in the average after steps with a decay near 1. */
  @Test
  void theAverageOfAYoungModelIsATenthOfItsStepsOld() {
    double age = 0;
    for (int step = 0; step < 1_000; step++) {
      age = MovingAverage.decayAfter(step, 0.9999) * (age + 1);
    }

    assertThat(age / 1_000).isCloseTo(0.1, within(0.01));
  }

  @Test
  void theDecayGrowsToTheFullOne() {
    assertThat(MovingAverage.decayAfter(0, 0.99)).isEqualTo(0.1);
    assertThat(MovingAverage.decayAfter(90, 0.99)).isEqualTo(0.91);
    assertThat(MovingAverage.decayAfter(100_000, 0.99)).isEqualTo(0.99);
    assertThat(MovingAverage.decayAfter(100_000, 0)).isZero();
  }
}

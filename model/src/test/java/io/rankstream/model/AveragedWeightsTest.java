package io.rankstream.model;

import static io.rankstream.model.Training.arrays;
import static io.rankstream.model.Training.snapshot;
import static io.rankstream.model.Training.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AveragedWeightsTest {

  private static final double DECAY = 0.4;
  private static final ModelConfig NEWEST = Batches.smallCnn();
  private static final ModelConfig AVERAGED = NEWEST.withAverageDecay(DECAY);

  /** Compares with averages in float64 over a model that keeps none. */
  @ParameterizedTest
  @ValueSource(strings = {"conv1.weight", "bn2.weight", "bn2.running_mean", "bn3.running_var"})
  void parametersAndStatisticsAreServedAsTheirAverages(String name) throws IOException {
    try (OnlineTrainer newest = OnlineTrainer.create(NEWEST, Device.cpu());
        OnlineTrainer averaged = OnlineTrainer.create(AVERAGED, Device.cpu())) {
      double[] expected = doubles(arrays(newest).get(name));
      for (int step = 0; step < 12; step++) {
        train(newest, NEWEST.input(), step, step + 1);
        train(averaged, AVERAGED.input(), step, step + 1);
        double past = Math.min(DECAY, (1.0 + step) / (10.0 + step));
        float[] values = arrays(newest).get(name);
        for (int i = 0; i < values.length; i++) {
          expected[i] = past * expected[i] + (1 - past) * values[i];
        }
      }

      assertThat(doubles(arrays(averaged).get(name))).containsExactly(expected, within(1e-5));
    }
  }

  @Test
  void anAverageThatASnapshotLacksStartsAtItsWeights() throws IOException {
    try (OnlineTrainer trainer = OnlineTrainer.create(NEWEST, Device.cpu())) {
      train(trainer, NEWEST.input(), 0, 3);

      try (OnlineTrainer restored =
          OnlineTrainer.restore(
              AVERAGED, Device.cpu(), new ByteArrayInputStream(snapshot(trainer)))) {
        for (String name : arrays(trainer).keySet()) {
          assertThat(arrays(restored).get(name)).as(name).isEqualTo(arrays(trainer).get(name));
        }
      }
    }
  }

  private static double[] doubles(float[] values) {
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }
}

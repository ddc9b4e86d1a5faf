package io.rankstream.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks whose BatchNorms are folded, against the same networks as they were trained. */
class FoldingTest {

  @ParameterizedTest
  @CsvSource({
    "SMALL_CNN, 28, 3",
    "RESNET18, 64, 20",
    "RESNET32, 32, 31",
    "RESNET34, 64, 36",
    "RESNET50, 64, 53",
    "MOBILENET_V2, 64, 52",
    "DENSENET121, 64, 59",
    "DENSENET161, 64, 79",
    "INCEPTION_V4, 107, 149"
  })
  void computesTheSameMaps(Backbone backbone, int side, int foldings) {
    TwoHeadNetwork network = network(backbone, side);
    ParameterLayout layout = network.layout();
    try (NDManager manager = NDManager.newBaseManager()) {
      Random random = new Random(11);
      NDArray parameters = spread(manager, layout.initialParameters(3), random);
      NDArray statistics = spread(manager, layout.initialStatistics(), random);
      Weights weights = new Weights(layout, parameters, Weights.statistics(layout, statistics));
      NDArray images =
          manager.create(
              random.doubles(2L * 3 * side * side, -1, 1).toArray(), new Shape(2, 3, side, side));

      FeatureMaps trained = network.features(weights, images, false, Precision.FLOAT32);
      FeatureMaps folded =
          network.features(weights.folded(layout.foldings()), images, false, Precision.FLOAT32);

      assertThat(layout.foldings()).hasSize(foldings);
      assertThat(distance(folded.embedding(), trained.embedding())).isLessThan(1e-9);
      assertThat(distance(folded.classification(), trained.classification())).isLessThan(1e-9);
    }
  }

  @Test
  void writesFactorAndAddendOfEachChannel() {
    ParameterLayout layout = new ParameterLayout();
    Convolution convolution =
        new Convolution(layout, "conv", 1, 2, Kernel.square(1), Initializer.constant(3));
    new BatchNormalization(layout, "bn", convolution, 1f);
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray parameters = manager.create(layout.initialParameters(0));
      NDArray statistics = manager.create(layout.initialStatistics());
      Weights weights = new Weights(layout, parameters, Weights.statistics(layout, statistics));
      Folding folding = layout.foldings().get(0);
      weights.get(folding.scale()).set(new float[] {1, 5});
      weights.get(folding.shift()).set(new float[] {0.5f, -1});
      weights.get(folding.mean()).set(new float[] {2, 4});
      weights.get(folding.variance()).set(new float[] {3, 24}); // with ε the squares of 2 and 5

      Weights folded = weights.folded(layout.foldings());

      assertThat(folded.get(folding.kernel()).toFloatArray()).containsExactly(1.5f, 3);
      assertThat(folded.foldedBias(folding.kernel()).toFloatArray()).containsExactly(-0.5f, -5);
      assertThat(folded.isFolded(folding.scale())).isTrue();
      assertThat(weights.isFolded(folding.scale())).isFalse();
    }
  }

  private static TwoHeadNetwork network(Backbone backbone, int side) {
    InputSpec input = new InputSpec(3, side, side, Normalization.IMAGENET);
    return new TwoHeadNetwork(new Architecture(backbone, input, 2, 2));
  }

  /** Values at float64, each moved by up to a third, so that no channel is like another. */
  private static NDArray spread(NDManager manager, float[] values, Random random) {
    float[] moved = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      moved[i] = values[i] * (1 + (random.nextFloat() - 0.5f) / 1.5f) + random.nextFloat() / 100;
    }
    return manager.create(moved).toType(DataType.FLOAT64, false);
  }

  /** The norm of the difference over that of the expected map. */
  private static double distance(NDArray actual, NDArray expected) {
    double scale = expected.norm().getDouble();
    assertThat(scale).as("the map").isNotCloseTo(0, within(1e-12)).isFinite();
    return actual.sub(expected).norm().getDouble() / scale;
  }
}

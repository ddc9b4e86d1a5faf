package io.rankstream.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The embedding head is made for the size of the map before any image is seen. */
class EmbeddingMapTest {

  @ParameterizedTest
  @CsvSource({
    "RESNET32, 32, 4096",
    "RESNET50, 224, 100352",
    "DENSENET121, 224, 50176",
    "DENSENET161, 224, 108192",
    "INCEPTION_V4, 224, 147456",
    "INCEPTION_V4, 299, 295936",
    "MOBILENET_V2, 224, 62720"
  })
  void hasThePublishedSize(Backbone backbone, int side, long values) {
    assertThat(flat(network(backbone, side, side))).isEqualTo(values);
  }

  @ParameterizedTest
  @CsvSource({
    "SMALL_CNN, 40, 50",
    "RESNET18, 1, 33",
    "RESNET18, 47, 64",
    "RESNET32, 1, 33",
    "RESNET32, 31, 46",
    "MOBILENET_V2, 1, 33",
    "MOBILENET_V2, 47, 64",
    "DENSENET121, 29, 60",
    "DENSENET121, 61, 67",
    "INCEPTION_V4, 75, 90",
    "INCEPTION_V4, 91, 106",
    "INCEPTION_V4, 107, 76"
  })
  void hasTheSizeThatTheHeadExpects(Backbone backbone, int height, int width) {
    TwoHeadNetwork network = network(backbone, height, width);
    ParameterLayout layout = network.layout();
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray parameters = manager.zeros(new Shape(layout.parametersSize()), DataType.FLOAT32);
      NDArray statistics = manager.create(layout.initialStatistics());
      Weights weights = new Weights(layout, parameters, Weights.statistics(layout, statistics));
      NDArray images = manager.zeros(new Shape(1, 3, height, width));

      FeatureMaps maps = network.features(weights, images, false, Precision.FLOAT32);

      assertThat(maps.embedding().size()).isEqualTo(flat(network));
      assertThat(network.pooled(maps).getShape().get(0)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"DENSENET121, 28", "INCEPTION_V4, 74"})
  void refusesImagesThatAreTooSmall(Backbone backbone, int side) {
    assertThatThrownBy(() -> network(backbone, side, side))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too small for " + backbone.id());
  }

  private static TwoHeadNetwork network(Backbone backbone, int height, int width) {
    InputSpec input = new InputSpec(3, height, width, Normalization.IMAGENET);
    return new TwoHeadNetwork(new Architecture(backbone, input, 2, 2));
  }

  /** Values of the map that the embedding head flattens. */
  private static long flat(TwoHeadNetwork network) {
    return network.layout().parameters().stream()
        .filter(slot -> slot.name().equals("embedding.weight"))
        .findFirst()
        .orElseThrow()
        .shape()
        .get(1);
  }
}

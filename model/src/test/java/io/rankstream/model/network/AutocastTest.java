package io.rankstream.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.loss.CrossEntropy;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AutocastTest {

  private static final int IMAGES = 8;
  private static final InputSpec GREY_28 = new InputSpec(1, 28, 28, Normalization.HALF_RANGE);

  @ParameterizedTest
  @EnumSource
  void mapsOfEveryBackboneAreFloat32AndCloseToThoseWithoutIt(Backbone backbone) {
    int side = backbone == Backbone.INCEPTION_V4 ? 75 : 32;
    TwoHeadNetwork network =
        new TwoHeadNetwork(
            new Architecture(
                backbone, new InputSpec(3, side, side, Normalization.HALF_RANGE), 8, 5));
    try (NDManager manager = NDManager.newBaseManager()) {
      Weights weights = weights(network, manager);
      NDArray images = images(new Shape(IMAGES, 3, side, side), manager);

      FeatureMaps exact = network.features(weights, images, false, Precision.FLOAT32);
      FeatureMaps cast = network.features(weights, images, false, Precision.BFLOAT16);

      assertThat(cast.classification().getDataType()).isEqualTo(DataType.FLOAT32);
      assertThat(cast.embedding().getDataType()).isEqualTo(DataType.FLOAT32);
      assertThat(difference(cast.classification(), exact.classification())).isBetween(1e-5, 0.06);
      assertThat(difference(cast.embedding(), exact.embedding())).isBetween(1e-5, 0.06);
    }
  }

  @Test
  void gradientReachesEveryParameterAndPointsWhereThatOfFloat32Does() {
    TwoHeadNetwork network =
        new TwoHeadNetwork(new Architecture(Backbone.SMALL_CNN, GREY_28, 16, 5));

    float[] exact = gradient(network, Precision.FLOAT32);
    float[] cast = gradient(network, Precision.BFLOAT16);

    for (Slot slot : network.layout().parameters()) {
      if (!slot.name().startsWith("embedding") && !slot.name().startsWith("fc")) {
        int middle = Math.toIntExact(slot.offset()) + slot.size() / 2;
        assertThat(cast[middle]).as(slot.name()).isNotZero();
      }
    }
    assertThat(dot(exact, cast) / Math.sqrt(dot(exact, exact) * dot(cast, cast)))
        .as("cosine")
        .isBetween(0.995, 1 - 1e-9);
    assertThat(Math.sqrt(dot(cast, cast) / dot(exact, exact))).as("length").isBetween(0.95, 1.05);
  }

  @Test
  void threadIsBackInFloat32AfterAPass() {
    TwoHeadNetwork network =
        new TwoHeadNetwork(new Architecture(Backbone.SMALL_CNN, GREY_28, 16, 5));
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray images = images(new Shape(IMAGES, 1, 28, 28), manager);

      network.features(weights(network, manager), images, false, Precision.BFLOAT16);

      assertThat(AutocastSwitch.of(Device.cpu()).isOn()).isFalse();
    }
  }

  @Test
  void threadIsBackInFloat32AfterAPassThatFails() {
    TwoHeadNetwork network =
        new TwoHeadNetwork(new Architecture(Backbone.SMALL_CNN, GREY_28, 16, 5));
    try (NDManager manager = NDManager.newBaseManager()) {
      Weights weights = weights(network, manager);
      NDArray twoChannels = images(new Shape(IMAGES, 2, 28, 28), manager);

      assertThatThrownBy(() -> network.features(weights, twoChannels, false, Precision.BFLOAT16))
          .hasMessageContaining("channels");

      assertThat(AutocastSwitch.of(Device.cpu()).isOn()).isFalse();
    }
  }

  @Test
  void belongsToOneThread() {
    AutocastSwitch bfloat16 = AutocastSwitch.of(Device.cpu());
    try (Autocast outer = Autocast.enter(Device.cpu())) {
      try (Autocast inner = Autocast.enter(Device.cpu())) {
        assertThat(CompletableFuture.supplyAsync(bfloat16::isOn).join()).isFalse();
      }
      assertThat(bfloat16.isOn()).as("after the inner one").isTrue();
    }
    assertThat(bfloat16.isOn()).isFalse();
  }

  @Test
  void refusesAGpuWithoutBfloat16() {
    Device gpu = Device.gpu(1);

    assertThatThrownBy(() -> Precision.requireCapability(gpu, "75"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("compute capability is 75")
        .hasMessageContaining("set model.precision and model.served-precision to float32");
    Precision.requireCapability(gpu, "80");
    Precision.requireCapability(gpu, "120");
  }

  @Test
  void asksForNoSwitchWithoutNeed() {
    Precisions.float32().requireOn(Device.gpu(1));
    new Precisions(Precision.AUTO, Precision.AUTO).requireOn(Device.gpu(1));
  }

  @Test
  void tellsTheSwitchAndTheProcessor() {
    assertThat(Precisions.report(Device.cpu()))
        .contains("PyTorch", "_ZN2at8autocast", "instructions");
  }

  /** The switch for GPUs is in a library without CUDA, too. */
  @Test
  void switchForGpusLeavesTheCpuInFloat32() {
    TwoHeadNetwork network =
        new TwoHeadNetwork(new Architecture(Backbone.SMALL_CNN, GREY_28, 16, 5));
    AutocastSwitch ofGpus = AutocastSwitch.of(Device.gpu());
    try (NDManager manager = NDManager.newBaseManager()) {
      Weights weights = weights(network, manager);
      NDArray images = images(new Shape(IMAGES, 1, 28, 28), manager);
      float[] exact = classification(network, weights, images);

      try (Autocast autocast = Autocast.enter(Device.gpu())) {
        assertThat(ofGpus.isOn()).isTrue();
        assertThat(AutocastSwitch.of(Device.cpu()).isOn()).isFalse();
        assertThat(CompletableFuture.supplyAsync(ofGpus::isOn).join()).isFalse();
        assertThat(classification(network, weights, images)).isEqualTo(exact);
      }

      assertThat(ofGpus.isOn()).isFalse();
    }
  }

  private static float[] classification(TwoHeadNetwork network, Weights weights, NDArray images) {
    return network
        .features(weights, images, false, Precision.FLOAT32)
        .classification()
        .toFloatArray();
  }

  private static float[] gradient(TwoHeadNetwork network, Precision precision) {
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray flat = manager.create(network.layout().initialParameters(3));
      flat.setRequiresGradient(true);
      Weights weights = new Weights(network.layout(), flat, statistics(network, manager));
      NDArray images = images(new Shape(IMAGES, 1, 28, 28), manager);
      NDArray labels = manager.create(new long[] {0, 1, 2, 3, 0, 1, 2, 3});
      FeatureMaps maps = network.features(weights, images, true, precision);
      NDArray logits = network.logits(weights, network.pooled(maps), 4);
      collector.backward(
          CrossEntropy.mean(logits, labels).add(network.embeddings(weights, maps).sum()));
      return flat.getGradient().toFloatArray();
    }
  }

  private static Weights weights(TwoHeadNetwork network, NDManager manager) {
    NDArray flat = manager.create(network.layout().initialParameters(3));
    return new Weights(network.layout(), flat, statistics(network, manager));
  }

  private static List<NDArray> statistics(TwoHeadNetwork network, NDManager manager) {
    return Weights.statistics(
        network.layout(), manager.create(network.layout().initialStatistics()));
  }

  private static NDArray images(Shape shape, NDManager manager) {
    float[] values = new float[Math.toIntExact(shape.size())];
    Random random = new Random(11);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return manager.create(values, shape);
  }

  /** Norm of the difference over that of the second array. */
  private static double difference(NDArray one, NDArray other) {
    double squared = one.sub(other).square().sum().getFloat();
    return Math.sqrt(squared / other.square().sum().getFloat());
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}

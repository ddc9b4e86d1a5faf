package io.rankstream.model.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.loss.CrossEntropy;
import io.rankstream.model.loss.EmbeddingLoss;
import io.rankstream.model.loss.EmbeddingLosses;
import io.rankstream.model.loss.LossConfig;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TwoHeadNetworkTest {

  private static final InputSpec GREY_8 = new InputSpec(1, 8, 8, Normalization.HALF_RANGE);
  private static final int CLASSES = 3;

  @Test
  void gradientArrivesAsOneVectorThatAgreesWithFiniteDifferences() {
    TwoHeadNetwork network = new TwoHeadNetwork(new Architecture(Backbone.SMALL_CNN, GREY_8, 4, 5));
    double[] start = widened(network.layout().initialParameters(3));
    double[] gradient;
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray flat = manager.create(start);
      flat.setRequiresGradient(true);
      collector.backward(loss(network, flat, manager));
      gradient = flat.getGradient().toDoubleArray();
    }

    double epsilon = 1e-6;
    for (Slot slot : network.layout().parameters()) {
      int index = (int) (slot.offset() + slot.shape().size() / 2);
      if (slot.name().startsWith("fc.")) {
        index = (int) slot.offset();
      }
      double[] values = new double[2];
      for (int side = 0; side < 2; side++) {
        double[] moved = start.clone();
        moved[index] += side == 0 ? -epsilon : epsilon;
        try (NDManager manager = NDManager.newBaseManager()) {
          values[side] = loss(network, manager.create(moved), manager).toDoubleArray()[0];
        }
      }
      assertThat(gradient[index])
          .as(slot.name())
          .isCloseTo((values[1] - values[0]) / (2 * epsilon), within(1e-7));
    }
  }

  @Test
  void gradientInSegmentsIsThatOfTheOneVectorWithoutThePadding() {
    TwoHeadNetwork network = new TwoHeadNetwork(new Architecture(Backbone.SMALL_CNN, GREY_8, 4, 5));
    List<Segment> segments = Segment.of(network.layout(), 500);
    assertThat(segments.stream().flatMap(segment -> segment.slots().stream()))
        .containsExactlyElementsOf(network.layout().parameters());
    assertThat(segments)
        .filteredOn(segment -> segment.slots().size() == 1)
        .extracting(segment -> segment.slots().get(0).name())
        .contains("conv2.weight", "conv3.weight", "embedding.weight");
    assertThat(segments).anyMatch(segment -> segment.slots().size() > 1);

    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray flat = manager.create(widened(network.layout().initialParameters(3)));
      NDList parts = Segment.cut(segments, flat.duplicate());
      parts.forEach(part -> part.setRequiresGradient(true));
      flat.setRequiresGradient(true);
      collector.backward(loss(network, flat, manager));
      collector.backward(
          loss(network, new Weights(segments, parts, statistics(network, manager)), manager));

      NDList expected = Segment.cut(segments, flat.getGradient());
      for (int i = 0; i < segments.size(); i++) {
        assertThat(parts.get(i).getGradient().toDoubleArray())
            .describedAs("%s", segments.get(i))
            .containsExactly(expected.get(i).toDoubleArray());
      }
    }
  }

  @Test
  void rowsOfClassesThatWereNotMetGetNoGradient() {
    TwoHeadNetwork network = new TwoHeadNetwork(new Architecture(Backbone.SMALL_CNN, GREY_8, 4, 5));
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray flat = manager.create(widened(network.layout().initialParameters(3)));
      flat.setRequiresGradient(true);
      collector.backward(loss(network, flat, manager));
      double[] gradient = flat.getGradient().toDoubleArray();

      Slot rows =
          network.layout().parameters().stream()
              .filter(slot -> slot.name().equals("fc.weight"))
              .findFirst()
              .orElseThrow();
      int width = (int) rows.shape().get(1);
      for (int i = CLASSES * width; i < 5 * width; i++) {
        assertThat(gradient[(int) rows.offset() + i]).isZero();
      }
      assertThat(gradient[(int) rows.offset()]).isNotZero();
    }
  }

  @Test
  void resNetsHaveTorchvisionsNamesAndSizes() {
    InputSpec colour = new InputSpec(3, 224, 224, Normalization.IMAGENET);
    ParameterLayout resnet50 =
        new TwoHeadNetwork(new Architecture(Backbone.RESNET50, colour, 256, 1000)).layout();
    Set<String> names = resnet50.parameters().stream().map(Slot::name).collect(Collectors.toSet());

    assertThat(names)
        .contains(
            "conv1.weight",
            "bn1.bias",
            "layer1.0.downsample.0.weight",
            "layer3.5.conv2.weight",
            "layer4.2.bn3.weight",
            "fc.weight",
            "embedding.weight");
    assertThat(resnet50.statistics()).extracting(Slot::name).contains("layer2.0.bn2.running_var");
    long total = resnet50.parameters().stream().mapToLong(slot -> slot.shape().size()).sum();
    assertThat(total)
        .isEqualTo(25_557_032L + 25_690_368L); // torchvision's ResNet-50 + the paper's head
  }

  @Test
  void everyArrayStartsAligned() {
    ParameterLayout layout =
        new TwoHeadNetwork(new Architecture(Backbone.SMALL_CNN, GREY_8, 4, 5)).layout();

    assertThat(layout.parameters())
        .allMatch(slot -> slot.offset() % ParameterLayout.ALIGNMENT == 0);
  }

  @Test
  void refusesImagesThatLeaveNoFeatureMap() {
    InputSpec tiny = new InputSpec(1, 3, 3, Normalization.HALF_RANGE);

    assertThatThrownBy(() -> new TwoHeadNetwork(new Architecture(Backbone.SMALL_CNN, tiny, 4, 5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid input: 3 x 3 (too small for small-cnn; use larger images)");
  }

  private static double[] widened(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  private static NDArray images(NDManager manager, int count) {
    Random random = new Random(5);
    double[] values = random.doubles((long) count * 64, -1, 1).toArray();
    return manager.create(values, new Shape(count, 1, 8, 8));
  }

  private static NDArray loss(TwoHeadNetwork network, NDArray flat, NDManager manager) {
    return loss(
        network, new Weights(network.layout(), flat, statistics(network, manager)), manager);
  }

  private static List<NDArray> statistics(TwoHeadNetwork network, NDManager manager) {
    NDArray flat = manager.create(widened(network.layout().initialStatistics()));
    return Weights.statistics(network.layout(), flat);
  }

  private static NDArray loss(TwoHeadNetwork network, Weights weights, NDManager manager) {
    NDArray labels = manager.create(new long[] {0, 0, 1, 1, 2, 2});
    FeatureMaps features = network.features(weights, images(manager, 6), true, Precision.FLOAT32);
    EmbeddingLoss triplets =
        EmbeddingLosses.of(LossConfig.paperDefaults(), () -> null).orElseThrow();
    return CrossEntropy.mean(network.logits(weights, network.pooled(features), CLASSES), labels)
        .add(triplets.of(network.embeddings(weights, features), labels, CLASSES).loss());
  }
}

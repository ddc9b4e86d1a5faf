package io.rankstream.model.network;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backbones against torchvision's, and Inception-v4 against another one in torch. The values
 * come from {@code lab/python/backbone_reference.py}; deviations are relative to the largest value
 * of an output, and to the norm of a gradient or statistic.
 */
class BackboneReferenceTest {

  private static final Logger LOG = LoggerFactory.getLogger(BackboneReferenceTest.class);
  private static final double FLOAT64_TOLERANCE = 1e-6;
  private static final double FLOAT32_TOLERANCE = 1e-4;

  /** Gradients below this part of the largest are rounding: the next BatchNorm removes a shift. */
  private static final double ROUNDING = 1e-6;

  private static final String POOLED = "pooled";
  private static final String EMBEDDING = "embedding";
  private static final int HEAD_PARAMETERS = 4;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SMALL_CNN")
  void agreesWithTheReferenceAtFloat64(Backbone backbone) {
    BackboneReference reference = BackboneReference.of(backbone.id());
    for (boolean training : new boolean[] {false, true}) {
      try (NDManager manager = NDManager.newBaseManager();
          GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        ParameterLayout layout = network(backbone, reference).layout();
        NDArray parameters = flat(manager, layout.parameters(), layout.parametersSize());
        NDArray statistics = flat(manager, layout.statistics(), layout.statisticsSize());
        parameters.setRequiresGradient(true);

        Outputs outputs = outputs(backbone, reference, parameters, statistics, training);
        NDArray loss =
            weighted(POOLED, outputs.pooled()).add(weighted(EMBEDDING, outputs.embedding()));
        collector.backward(loss);

        NDArray gradient = parameters.getGradient();
        double worstOutput = deviation(reference, outputs, training);
        double worstGradient = 0;
        double floor = ROUNDING * reference.largestGradientNorm(training);
        for (Slot slot : withoutHeads(layout.parameters())) {
          double[] expected = reference.gradient(training, slot.name());
          worstGradient =
              Math.max(worstGradient, deviation(slot.name(), of(gradient, slot), expected, floor));
        }
        double worstStatistic = 0;
        for (Slot slot : training ? layout.statistics() : List.<Slot>of()) {
          double[] expected = reference.statistic(slot.name());
          worstStatistic =
              Math.max(worstStatistic, deviation(slot.name(), of(statistics, slot), expected, 0));
        }
        LOG.info(
            "{} float64, training {}: output {}, gradient {}, statistic {}",
            backbone,
            training,
            worstOutput,
            worstGradient,
            worstStatistic);
        assertThat(worstOutput).as("output").isLessThan(FLOAT64_TOLERANCE);
        assertThat(worstGradient).as("gradient").isLessThan(FLOAT64_TOLERANCE);
        assertThat(worstStatistic).as("statistic").isLessThan(FLOAT64_TOLERANCE);
        assertThat(withoutHeads(layout.parameters())).hasSize(reference.parameters());
        assertThat(layout.statistics()).hasSize(reference.statistics());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SMALL_CNN")
  void agreesWithTheReferenceAtFloat32(Backbone backbone) {
    BackboneReference reference = BackboneReference.of(backbone.id());
    ParameterLayout layout = network(backbone, reference).layout();
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray parameters =
          flat(manager, layout.parameters(), layout.parametersSize())
              .toType(DataType.FLOAT32, false);
      NDArray statistics =
          flat(manager, layout.statistics(), layout.statisticsSize())
              .toType(DataType.FLOAT32, false);
      // With the statistics of so few pixels, torch itself is up to 4e-3 off at float32.
      Outputs outputs = outputs(backbone, reference, parameters, statistics, false);
      double worst = deviation(reference, outputs, false);
      LOG.info("{} float32: output {}", backbone, worst);
      assertThat(worst).isLessThan(FLOAT32_TOLERANCE);
    }
  }

  private static TwoHeadNetwork network(Backbone backbone, BackboneReference reference) {
    InputSpec input =
        new InputSpec(3, reference.height(), reference.width(), Normalization.IMAGENET);
    return new TwoHeadNetwork(new Architecture(backbone, input, 2, 2));
  }

  private static Outputs outputs(
      Backbone backbone,
      BackboneReference reference,
      NDArray parameters,
      NDArray statistics,
      boolean training) {
    TwoHeadNetwork network = network(backbone, reference);
    ParameterLayout layout = network.layout();
    Weights weights = new Weights(layout, parameters, Weights.statistics(layout, statistics));
    Shape shape = new Shape(reference.batch(), 3, reference.height(), reference.width());
    FeatureMaps maps =
        network.features(
            weights, uniform("images", parameters, shape), training, Precision.FLOAT32);
    return new Outputs(network.pooled(maps), maps.embedding());
  }

  /** A flat buffer at float64, filled slot by slot: whole it would not fit into the heap. */
  private static NDArray flat(NDManager manager, List<Slot> slots, int size) {
    NDArray flat = manager.zeros(new Shape(size), DataType.FLOAT64);
    for (Slot slot : slots) {
      try (NDArray place = flat.get(range(slot));
          NDArray values = manager.create(BackboneReference.array(slot), slot.shape())) {
        slot.shaped(place).set(new NDIndex("..."), values);
      }
    }
    return flat;
  }

  private static double[] of(NDArray flat, Slot slot) {
    try (NDArray values = flat.get(range(slot))) {
      return slot.shaped(values).toDoubleArray();
    }
  }

  private static NDIndex range(Slot slot) {
    return new NDIndex("%d:%d".formatted(slot.offset(), slot.offset() + slot.size()));
  }

  private static List<Slot> withoutHeads(List<Slot> parameters) {
    return parameters.subList(0, parameters.size() - HEAD_PARAMETERS);
  }

  /** The scalar whose gradient is compared. */
  private static NDArray weighted(String name, NDArray x) {
    return x.mul(uniform("loss." + name, x, x.getShape())).sum();
  }

  private static NDArray uniform(String name, NDArray like, Shape shape) {
    double[] values = BackboneReference.uniform(name, Math.toIntExact(shape.size()));
    return like.getManager().create(values, shape).toType(like.getDataType(), false);
  }

  private static double deviation(BackboneReference reference, Outputs outputs, boolean training) {
    return Math.max(
        deviation(POOLED, outputs.pooled(), reference.output(training, POOLED)),
        deviation(EMBEDDING, outputs.embedding(), reference.output(training, EMBEDDING)));
  }

  private static double deviation(String name, NDArray actual, JsonNode expected) {
    for (int axis = 0; axis < actual.getShape().dimension(); axis++) {
      assertThat(actual.getShape().get(axis)).isEqualTo(expected.get("shape").get(axis).asLong());
    }

    double[] values = actual.toType(DataType.FLOAT64, false).toDoubleArray();
    JsonNode checksum = expected.get("norm_dot");
    double[] normAndDot = {checksum.get(0).asDouble(), checksum.get(1).asDouble()};
    double worst = deviation(name, values, normAndDot, 0);
    JsonNode samples = expected.get("samples");
    for (int i = 0; i < samples.size(); i++) {
      int position = Math.toIntExact((long) i * values.length / samples.size());
      double difference = Math.abs(values[position] - samples.get(i).asDouble());
      worst = Math.max(worst, difference / expected.get("largest").asDouble());
    }
    return worst;
  }

  private static double deviation(String name, double[] values, double[] normAndDot, double floor) {
    double[] factors = BackboneReference.uniform("check." + name, values.length);
    double squares = 0;
    double dot = 0;
    for (int i = 0; i < values.length; i++) {
      squares += values[i] * values[i];
      dot += values[i] * factors[i];
    }
    double difference =
        Math.max(Math.abs(Math.sqrt(squares) - normAndDot[0]), Math.abs(dot - normAndDot[1]));
    assertThat(difference).as(name).isFinite();
    return difference / Math.max(floor, normAndDot[0]);
  }

  private record Outputs(NDArray pooled, NDArray embedding) {}
}

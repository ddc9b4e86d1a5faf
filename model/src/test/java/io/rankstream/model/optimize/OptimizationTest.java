package io.rankstream.model.optimize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.Backbone;
import io.rankstream.model.network.Segment;
import io.rankstream.model.network.Slot;
import io.rankstream.model.network.TwoHeadNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Updates of a small network whose parameters start at 1, from random gradients. */
class OptimizationTest {

  private static final double LEARNING_RATE = 0.1;
  private static final OptimizerConfig SGD =
      OptimizerConfig.sgd(LEARNING_RATE, Schedule.constant()).withMomentum(0);

  private final TwoHeadNetwork network =
      new TwoHeadNetwork(
          new Architecture(
              Backbone.SMALL_CNN, new InputSpec(1, 8, 8, Normalization.HALF_RANGE), 4, 5));
  private final int size = network.layout().parametersSize();
  private final List<Segment> segments = Segment.of(network.layout(), 500);
  private final NDManager manager = NDManager.newBaseManager();
  private final List<String> buffers = new ArrayList<>();

  @AfterEach
  void closeArrays() {
    manager.close();
  }

  @Test
  void sgdMovesEachParameterAgainstItsGradient() {
    float[] gradient = gradient(1);

    float[] after = apply(SGD, gradient);

    forEachParameter(
        (slot, i) -> assertThat(after[i]).isCloseTo(1 - 0.1f * gradient[i], within(1e-6f)));
  }

  @Test
  void theFirstStepOfAdamWIsTheLearningRateInTheDirectionOfTheSign() {
    float[] gradient = gradient(1);

    float[] after = apply(SGD.withRule(OptimizerConfig.Rule.ADAMW), gradient);

    forEachParameter(
        (slot, i) ->
            assertThat(after[i]).isCloseTo(1 - 0.1f * Math.signum(gradient[i]), within(1e-4f)));
  }

  @ParameterizedTest
  @EnumSource(OptimizerConfig.Rule.class)
  void accumulatedBatchesAreOneStepWithTheirMean(OptimizerConfig.Rule rule) {
    OptimizerConfig config = SGD.withRule(rule).withWeightDecay(0.01).withClipNorm(2);
    float[] mean = new float[size];
    for (int batch = 0; batch < 3; batch++) {
      float[] gradient = gradient(batch);
      for (int i = 0; i < size; i++) {
        mean[i] += gradient[i];
      }
    }
    for (int i = 0; i < size; i++) {
      mean[i] /= 3;
    }

    float[] expected = apply(config, mean, mean);
    float[] actual =
        apply(
            config.withAccumulate(3),
            gradient(0),
            gradient(1),
            gradient(2),
            gradient(0),
            gradient(1),
            gradient(2));

    forEachParameter(
        (slot, i) -> assertThat(actual[i]).as(slot.name()).isCloseTo(expected[i], within(1e-5f)));
  }

  @Test
  void anUnfinishedAccumulationMovesNothing() {
    float[] after = apply(SGD.withAccumulate(3), gradient(0), gradient(1));

    forEachParameter((slot, i) -> assertThat(after[i]).isEqualTo(1));
  }

  @Test
  void clipsByTheNormOverAllParameters() {
    float[] gradient = gradient(1);
    double squares = 0;
    for (float value : gradient) {
      squares += (double) value * value;
    }
    float shorter = (float) (0.5 / Math.sqrt(squares));

    float[] after = apply(SGD.withClipNorm(0.5), gradient);

    forEachParameter(
        (slot, i) ->
            assertThat(after[i]).isCloseTo(1 - 0.1f * shorter * gradient[i], within(1e-6f)));
  }

  @Test
  void leavesShorterGradientsAsTheyAre() {
    float[] gradient = gradient(1);

    assertThat(apply(SGD.withClipNorm(1e6), gradient)).isEqualTo(apply(SGD, gradient));
  }

  @ParameterizedTest
  @EnumSource(OptimizerConfig.Rule.class)
  void frozenParametersStayAndTheOthersLearnAsBefore(OptimizerConfig.Rule rule) {
    OptimizerConfig config = SGD.withRule(rule).withWeightDecay(0.01);
    float[] all = apply(config, gradient(1), gradient(2));

    float[] after = apply(config.withFrozen("conv1", "bn"), gradient(1), gradient(2));

    forEachParameter(
        (slot, i) -> {
          boolean frozen = slot.name().startsWith("conv1") || slot.name().startsWith("bn");
          assertThat(after[i]).as(slot.name()).isEqualTo(frozen ? 1 : all[i]);
        });
  }

  @ParameterizedTest
  @EnumSource(OptimizerConfig.Rule.class)
  void headsLearnFasterByTheirFactor(OptimizerConfig.Rule rule) {
    float[] plain = apply(SGD.withRule(rule), gradient(1));

    float[] after = apply(SGD.withRule(rule).withHeadsFactor(3), gradient(1));

    forEachParameter(
        (slot, i) -> {
          float factor = network.isOfHead(slot) ? 3 : 1;
          assertThat(after[i] - 1)
              .as(slot.name())
              .isCloseTo(factor * (plain[i] - 1), within(1e-5f));
        });
  }

  /** As after another optimizer: the model has steps behind it, the moments have not. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 10, 100})
  void theFirstUpdatesOfAdamWAreThoseOfFreshMomentsWhateverTheStepOfTheModel(long stepsTaken) {
    OptimizerConfig config = SGD.withRule(OptimizerConfig.Rule.ADAMW).withMomentum(0.9);
    float[][] gradients = {gradient(1), gradient(2), gradient(3)};

    float[] after = applyAfter(config, stepsTaken, gradients);

    double[] expected = adam(gradients);
    forEachParameter(
        (slot, i) -> assertThat((double) after[i]).isCloseTo(expected[i], within(2e-6)));
  }

  @ParameterizedTest
  @EnumSource(OptimizerConfig.Rule.class)
  void kernelsAndMatricesDecayBeforeTheUpdateAndNothingElseDoes(OptimizerConfig.Rule rule) {
    OptimizerConfig config = SGD.withRule(rule).withHeadsFactor(3).withFrozen("conv2");
    float[] plain = apply(config, gradient(1));

    float[] after = apply(config.withWeightDecay(0.25), gradient(1));

    forEachParameter(
        (slot, i) -> {
          boolean decays =
              slot.name().matches("(conv[13]|fc|embedding).weight"); // not conv2, which is frozen
          double rate = network.isOfHead(slot) ? 3 : 1;
          double expected = decays ? plain[i] - LEARNING_RATE * rate * 0.25 : plain[i];
          assertThat((double) after[i]).as(slot.name()).isCloseTo(expected, within(1e-6));
        });
  }

  @Test
  void namesItsBuffersAsSnapshotsHoldThem() {
    apply(SGD.withAccumulate(2), gradient(1));
    assertThat(buffers).containsExactly("SGD-moment-0", "accumulated");

    buffers.clear();
    apply(SGD.withRule(OptimizerConfig.Rule.ADAMW), gradient(1));
    assertThat(buffers).containsExactly("ADAMW-moment-0", "ADAMW-moment-1", "ADAMW-updates");
  }

  /** Parameters after steps from 1 with the given gradients. */
  private float[] apply(OptimizerConfig config, float[]... gradients) {
    return applyAfter(config, 0, gradients);
  }

  /** Adam as in Kingma and Ba 2015, algorithm 1, in float64, from parameters of 1. */
  private double[] adam(float[]... gradients) {
    double[] weights = new double[size];
    double[] mean = new double[size];
    double[] square = new double[size];
    Arrays.fill(weights, 1);
    for (int t = 1; t <= gradients.length; t++) {
      for (int i = 0; i < size; i++) {
        double gradient = gradients[t - 1][i];
        mean[i] = 0.9 * mean[i] + 0.1 * gradient;
        square[i] = 0.999 * square[i] + 0.001 * gradient * gradient;
        double unbiasedMean = mean[i] / (1 - Math.pow(0.9, t));
        double unbiasedSquare = square[i] / (1 - Math.pow(0.999, t));
        weights[i] -= LEARNING_RATE * unbiasedMean / (Math.sqrt(unbiasedSquare) + 1e-8);
      }
    }
    return weights;
  }

  private float[] applyAfter(OptimizerConfig config, long stepsTaken, float[]... gradients) {
    NDArray parameters = manager.ones(new Shape(size), DataType.FLOAT32);
    Optimization optimization =
        new Optimization(
            config,
            network,
            parameters,
            segments,
            (name, values) -> {
              buffers.add(name);
              return manager.zeros(new Shape(values), DataType.FLOAT32);
            });
    for (int step = 0; step < gradients.length; step++) {
      Gradient gradient = Gradient.of(Segment.cut(segments, manager.create(gradients[step])));
      optimization.apply(gradient, LEARNING_RATE, stepsTaken + step);
    }

    return parameters.toFloatArray();
  }

  /** A random gradient; the padding between parameters has none. */
  private float[] gradient(long seed) {
    Random random = new Random(seed);
    float[] gradient = new float[size];
    forEachParameter((slot, i) -> gradient[i] = (float) (random.nextGaussian() + 0.1));
    return gradient;
  }

  private interface Check {
    void of(Slot slot, int index);
  }

  private void forEachParameter(Check check) {
    for (Slot slot : network.layout().parameters()) {
      int from = Math.toIntExact(slot.offset());
      for (int i = from; i < from + slot.shape().size(); i++) {
        check.of(slot, i);
      }
    }
  }
}

package io.rankstream.model;

import static io.rankstream.model.Training.arrays;
import static io.rankstream.model.Training.everything;
import static io.rankstream.model.Training.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.BatchNormMode;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.step.StepReport;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnlineTrainerTest {

  private static final int P = Training.P;
  private static final int K = Training.K;
  private static final List<String> LABELS = Training.LABELS;

  @Test
  void learnsToTellClassesApart() {
    ModelConfig config = Batches.smallCnn();
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      StepReport first = trainer.learn(Batches.pixels(config.input(), P, K, 0), LABELS);
      train(trainer, config.input(), 1, 60);
      StepReport last = trainer.learn(Batches.pixels(config.input(), P, K, 60), LABELS);

      assertThat(last.step()).isEqualTo(61);
      assertThat(last.loss()).isLessThan(first.loss() / 4);
      assertThat(last.triplets()).isEqualTo(P * K * (K - 1));
      assertThat(last.activeTriplets()).isLessThan(last.triplets());
      List<Prediction> predictions =
          trainer.served().predict(Batches.pixels(config.input(), P, K, 1_000));
      assertThat(predictions).extracting(Prediction::label).isEqualTo(LABELS);
    }
  }

  @Test
  void reportsTheTotalLossAsSumOfItsParts() {
    ModelConfig config = Batches.smallCnn().withLoss(LossConfig.paperDefaults().withLambda(0.5));
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      StepReport report = trainer.learn(Batches.pixels(config.input(), P, K, 0), LABELS);

      assertThat(report.loss())
          .isCloseTo(report.classificationLoss() + 0.5 * report.rankingLoss(), within(1e-6));
      assertThat(report.gradientNorm()).isPositive();
    }
  }

  @Test
  void embedsInUnitLengthAndMovesWithTheWeights() {
    ModelConfig config = Batches.smallCnn();
    PixelBatch images = Batches.pixels(config.input(), P, K, 1);
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      float[] before = trainer.served().embed(images).get(0).embedding();
      trainer.learn(images, LABELS);
      float[] after = trainer.served().embed(images).get(0).embedding();

      double squares = 0;
      for (float value : after) {
        squares += (double) value * value;
      }
      assertThat(after).hasSize(config.architecture().embeddingDimension()).isNotEqualTo(before);
      assertThat(squares).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void knowsNoClassBeforeTheFirstStep() {
    ModelConfig config = Batches.smallCnn();
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      assertThat(trainer.served().predict(Batches.pixels(config.input(), 1, 2, 0)))
          .containsOnly(new Prediction(null, 0));
    }
  }

  @Test
  void thePassOfAStepPredictsAsItServesWhereBatchNormIsFrozen() {
    ModelConfig config = Batches.smallCnn().withBatchNorm(BatchNormMode.FROZEN);
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, config.input(), 0, 5);
      PixelBatch images = Batches.pixels(config.input(), 8, K, 9);
      List<Prediction> served = trainer.served().predict(images);

      try (PreparedStep step = trainer.prepare(images, Batches.labels(8, K))) {
        List<Prediction> predicted = trainer.predicted(step);
        assertThat(predicted)
            .describedAs("the classes that this step brings are not known yet")
            .extracting(Prediction::label)
            .isSubsetOf(LABELS)
            .isEqualTo(served.stream().map(Prediction::label).toList());
        for (int i = 0; i < served.size(); i++) {
          assertThat(predicted.get(i).confidence())
              .isCloseTo(served.get(i).confidence(), within(1e-5f));
        }

        trainer.take(step);
      }
      assertThat(trainer.served().predict(images))
          .describedAs("after the step")
          .isNotEqualTo(served);
    }
  }

  @Test
  void takesNewClassesWithoutRestart() {
    ModelConfig config = Batches.smallCnn();
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, config.input(), 0, 5);
      assertThat(trainer.vocabulary())
          .containsExactly("class-0", "class-1", "class-2", "class-3", "class-4");

      for (int step = 5; step < 60; step++) {
        trainer.learn(Batches.pixels(config.input(), 8, K, step), Batches.labels(8, K));
      }

      assertThat(trainer.knownClasses()).isEqualTo(8);
      assertThat(trainer.served().predict(Batches.pixels(config.input(), 8, 1, 1_000)))
          .extracting(Prediction::label)
          .contains("class-5", "class-6", "class-7");
    }
  }

  @Test
  void saysWhatToDoWhenThereAreTooManyClasses() {
    ModelConfig config = Batches.smallCnn();
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      assertThatThrownBy(
              () -> trainer.learn(Batches.pixels(config.input(), 21, 1, 0), Batches.labels(21, 1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "The model knows 0 classes and has no room for 21 more: raise its maximum of 20 classes");
    }
  }

  @Test
  void refusesImagesOfAnotherShape() {
    try (OnlineTrainer trainer = OnlineTrainer.create(Batches.smallCnn(), Device.cpu())) {
      PixelBatch colour = new PixelBatch(1, 3, 28, 28, new byte[3 * 28 * 28]);

      assertThatThrownBy(() -> trainer.served().predict(colour))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Invalid images: 3 x 28 x 28 (the network takes 1 x 28 x 28)");
    }
  }

  @ParameterizedTest
  @EnumSource(RankingLoss.class)
  void everyLossStaysFiniteWhereABatchHasNothingToCompare(RankingLoss ranking) {
    ModelConfig config = Batches.smallCnn().withLoss(LossConfig.paperDefaults(ranking));
    int size = config.input().pixelsPerImage();
    PixelBatch identical = new PixelBatch(4, 1, 28, 28, new byte[4 * size]);
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      for (List<String> labels :
          List.of(
              List.of("a", "a", "a", "a"), // one class
              List.of("a", "b", "c", "d"), // no positive
              List.of("a", "a", "b", "b"))) {
        StepReport report = trainer.learn(identical, labels);

        assertThat(report.loss()).isFinite();
        assertThat(report.gradientNorm()).isFinite();
      }
    }
  }

  @Test
  void frozenLayersStayAsTheyAreAndSoDoTheirStatistics() throws IOException {
    ModelConfig config = Batches.smallCnn().withOptimizer(everything(1));
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      Map<String, float[]> before = arrays(trainer);
      train(trainer, config.input(), 0, 5);
      Map<String, float[]> after = arrays(trainer);

      for (String name : List.of("conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean")) {
        assertThat(after.get(name)).as(name).isEqualTo(before.get(name));
      }
      for (String name : List.of("conv2.weight", "bn2.running_mean", "embedding.weight")) {
        assertThat(after.get(name)).as(name).isNotEqualTo(before.get(name));
      }
    }
  }

  @Test
  void twoHalvesAccumulatedAreOneWholeBatchWhereBatchNormIsFrozen() throws IOException {
    ModelConfig config =
        Batches.smallCnn()
            .withLoss(LossConfig.paperDefaults(RankingLoss.NONE))
            .withBatchNorm(BatchNormMode.FROZEN);
    ModelConfig accumulating = config.withOptimizer(config.optimizer().withAccumulate(2));
    PixelBatch whole = Batches.pixels(config.input(), 2, 4, 1);
    byte[] pixels = whole.pixels();
    int half = pixels.length / 2;
    PixelBatch[] halves = new PixelBatch[2];
    for (int part = 0; part < 2; part++) {
      byte[] some = Arrays.copyOfRange(pixels, part * half, (part + 1) * half);
      halves[part] = new PixelBatch(4, 1, 28, 28, some);
    }
    List<String> mixed = List.of("class-0", "class-1", "class-0", "class-1");
    List<String> allMixed = Stream.concat(mixed.stream(), mixed.stream()).toList();
    try (OnlineTrainer one = OnlineTrainer.create(config, Device.cpu());
        OnlineTrainer two = OnlineTrainer.create(accumulating, Device.cpu())) {
      one.learn(whole, allMixed);
      two.learn(halves[0], mixed);
      two.learn(halves[1], mixed);

      Map<String, float[]> expected = arrays(one);
      arrays(two)
          .forEach(
              (name, values) ->
                  assertThat(values)
                      .as(name)
                      .usingComparatorWithPrecision(1e-5f)
                      .containsExactly(expected.get(name)));
    }
  }
}

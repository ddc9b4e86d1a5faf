package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.Backbone;
import io.rankstream.model.network.BatchNormMode;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.optimize.OptimizerConfig;
import io.rankstream.model.optimize.Schedule;
import io.rankstream.model.safetensors.SafeTensors;
import io.rankstream.model.step.GuardConfig;
import io.rankstream.model.step.StepFault;
import io.rankstream.model.step.StepOutcome;
import io.rankstream.model.step.StepReport;
import io.rankstream.model.step.TrainingFailedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnlineTrainerTest {

  private static final int P = 5;
  private static final int K = 4;
  private static final List<String> LABELS = Batches.labels(P, K);

  private static final GuardConfig UNGUARDED =
      GuardConfig.defaults().withMaxNormFactor(0).withMinSpread(0);

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

  @ParameterizedTest
  @EnumSource(
      value = Backbone.class,
      names = {"SMALL_CNN", "RESNET18"})
  void goesOnAfterARestoreBitForBit(Backbone backbone) throws IOException {
    InputSpec input =
        backbone == Backbone.SMALL_CNN
            ? Batches.smallCnn().input()
            : new InputSpec(3, 32, 32, Normalization.IMAGENET);
    ModelConfig config = Batches.config(backbone, input);
    int half = backbone == Backbone.SMALL_CNN ? 10 : 3;
    byte[] undisturbed;
    byte[] midway;
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, input, 0, half);
      midway = snapshot(trainer);
      train(trainer, input, half, 2 * half);
      undisturbed = snapshot(trainer);
    }

    ByteArrayInputStream stream = new ByteArrayInputStream(midway);
    try (OnlineTrainer restored = OnlineTrainer.restore(config, Device.cpu(), stream)) {
      assertThat(stream.available()).isZero();
      assertThat(restored.step()).isEqualTo(half);
      train(restored, input, half, 2 * half);

      assertThat(snapshot(restored)).isEqualTo(undisturbed);
    }
  }

  @Test
  void leavesWhatFollowsASnapshotInTheStream() throws IOException {
    ModelConfig config = Batches.smallCnn();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      out.writeBytes(snapshot(trainer));
    }
    out.write(42);

    ByteArrayInputStream in = new ByteArrayInputStream(out.toByteArray());
    OnlineTrainer.restore(config, Device.cpu(), in).close();

    assertThat(in.read()).isEqualTo(42);
  }

  @Test
  void refusesASnapshotOfAnotherArchitecture() throws IOException {
    byte[] bytes;
    try (OnlineTrainer trainer = OnlineTrainer.create(Batches.smallCnn(), Device.cpu())) {
      bytes = snapshot(trainer);
    }
    ModelConfig other =
        Batches.config(Backbone.RESNET18, new InputSpec(3, 32, 32, Normalization.IMAGENET));

    assertThatThrownBy(
            () -> OnlineTrainer.restore(other, Device.cpu(), new ByteArrayInputStream(bytes)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds a small-cnn-1x28x28-half-range-d32-c20")
        .hasMessageContaining("asks for a resnet18-3x32x32-imagenet-d32-c20");
  }

  @Test
  void keepsItsEmbeddingSpaceWhenTheSeedOfTheConfigurationChanges() throws IOException {
    ModelConfig config = Batches.smallCnn();
    ModelConfig reseeded = config.withSeed(99);
    byte[] bytes;
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      bytes = snapshot(trainer);
    }

    try (OnlineTrainer restored =
        OnlineTrainer.restore(reseeded, Device.cpu(), new ByteArrayInputStream(bytes))) {
      assertThat(restored.spaceIdSuffix()).isEqualTo("small-cnn-1x28x28-half-range-d32-c20-s7");
    }
  }

  @Test
  void trainsOnSeveralThreadsAsOnOne() throws Exception {
    ModelConfig config = Batches.smallCnn();
    byte[] alone;
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, config.input(), 0, 20);
      alone = snapshot(trainer);
    }

    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (OnlineTrainer one = OnlineTrainer.create(config, Device.cpu());
        OnlineTrainer two = OnlineTrainer.create(config, Device.cpu())) {
      Future<?> first = threads.submit(() -> train(one, config.input(), 0, 20));
      Future<?> second = threads.submit(() -> train(two, config.input(), 0, 20));
      first.get();
      second.get();

      assertThat(snapshot(one)).isEqualTo(alone);
      assertThat(snapshot(two)).isEqualTo(alone);
    } finally {
      threads.shutdown();
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
  void everyLossLearnsAndGoesOnAfterARestoreBitForBit(RankingLoss ranking) throws IOException {
    ModelConfig config =
        Batches.smallCnn()
            .withLoss(LossConfig.paperDefaults(ranking))
            .withOptimizer(everything(2))
            .withAverageDecay(0.9);
    byte[] undisturbed;
    byte[] midway;
    double first;
    double last;
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      first = trainer.learn(Batches.pixels(config.input(), P, K, 0), LABELS).classificationLoss();
      train(trainer, config.input(), 1, 21); // in the middle of an accumulation
      midway = snapshot(trainer);
      train(trainer, config.input(), 21, 59);
      last = trainer.learn(Batches.pixels(config.input(), P, K, 59), LABELS).classificationLoss();
      undisturbed = snapshot(trainer);
    }

    assertThat(last).as("cross-entropy").isLessThan(first / 2);
    try (OnlineTrainer restored =
        OnlineTrainer.restore(config, Device.cpu(), new ByteArrayInputStream(midway))) {
      train(restored, config.input(), 21, 60);

      assertThat(snapshot(restored)).isEqualTo(undisturbed);
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

  @Test
  void aSnapshotDoesNotChangeWhileAStepIsPrepared() throws IOException {
    ModelConfig config = Batches.smallCnn();
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, config.input(), 0, 2);
      byte[] before = snapshot(trainer);
      byte[] during;
      byte[] writtenLater;

      List<String> withANewClass = new ArrayList<>(LABELS);
      withANewClass.set(0, "never seen");
      try (PreparedStep step =
          trainer.prepare(Batches.pixels(config.input(), P, K, 2), withANewClass)) {
        during = snapshot(trainer);
        try (ModelSnapshot taken = trainer.snapshot()) {
          trainer.take(step);
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          taken.writeTo(out);
          writtenLater = out.toByteArray();
        }
      }

      assertThat(during).isEqualTo(before);
      assertThat(writtenLater).isEqualTo(before);
      assertThat(snapshot(trainer)).isNotEqualTo(before);
    }
  }

  @Test
  void aStepWithAnExplodingGradientChangesNoWeight() throws IOException {
    ModelConfig config =
        Batches.smallCnn().withGuard(UNGUARDED.withMaxNormFactor(1.000001).withPatience(1000));
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, config.input(), 0, 100); // the first norms are not compared
      List<String> wrong = new ArrayList<>(LABELS);
      Collections.rotate(wrong, K);
      int skipped = 0;
      for (int i = 100; i < 110; i++) {
        Map<String, float[]> before = arrays(trainer);
        StepReport report = trainer.learn(Batches.pixels(config.input(), P, K, i), wrong);

        assertThat(report.step()).isEqualTo(i + 1);
        if (report.outcome() == StepOutcome.SKIPPED) {
          assertThat(report.fault()).contains(StepFault.EXPLODING_GRADIENT);
          assertThat(arrays(trainer))
              .usingRecursiveComparison()
              .isEqualTo(before); // BatchNorm's statistics too
          skipped++;
        }
      }
      assertThat(skipped).isPositive();
    }
  }

  @Test
  void divergenceRollsBackAndStopsInTheEnd() {
    ModelConfig config =
        Batches.smallCnn()
            .withGuard(UNGUARDED.withPatience(1).withKeepEvery(1).withMaxRollbacks(2))
            .withOptimizer(OptimizerConfig.sgd(1e15, Schedule.constant()));
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      PixelBatch images = Batches.pixels(config.input(), P, K, 0);
      List<StepOutcome> outcomes = new ArrayList<>();
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 100; i++) {
                  outcomes.add(trainer.learn(images, LABELS).outcome());
                }
              })
          .isInstanceOf(TrainingFailedException.class)
          .hasMessageContaining("was rolled back 3 times within 1,000 steps")
          .hasMessageContaining("Lower the learning rate");

      assertThat(outcomes).contains(StepOutcome.TAKEN, StepOutcome.ROLLED_BACK);
      assertThat(trainer.served().embed(images)).allMatch(EmbeddedImage::isFinite);
    }
  }

  @Test
  void collapsedEmbeddingsRollBack() throws IOException {
    GuardConfig guard = UNGUARDED.withMinSpread(1e-4).withPatience(3);
    ModelConfig config = Batches.smallCnn().withGuard(guard);
    byte[] learnt;
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, config.input(), 0, 10);
      learnt = snapshot(trainer);
    }

    // The bound moves instead of the embeddings: for the guard that is a collapse.
    ModelConfig strict = config.withGuard(guard.withMinSpread(0.999));
    try (OnlineTrainer trainer =
        OnlineTrainer.restore(strict, Device.cpu(), new ByteArrayInputStream(learnt))) {
      Map<String, float[]> good = arrays(trainer);
      List<StepReport> reports = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        reports.add(trainer.learn(Batches.pixels(config.input(), P, K, i), LABELS));
      }

      assertThat(reports)
          .extracting(StepReport::outcome)
          .containsExactly(StepOutcome.TAKEN, StepOutcome.TAKEN, StepOutcome.ROLLED_BACK);
      assertThat(reports.get(2).fault()).contains(StepFault.COLLAPSED_EMBEDDINGS);
      assertThat(arrays(trainer)).usingRecursiveComparison().isEqualTo(good);
      assertThat(trainer.step()).isEqualTo(13);
    }
  }

  private static OptimizerConfig everything(int accumulate) {
    return OptimizerConfig.sgd(0.002, new Schedule(Schedule.Shape.COSINE, 100, 1, 5))
        .withRule(OptimizerConfig.Rule.ADAMW)
        .withHeadsFactor(3)
        .withBeta2(0.99)
        .withWeightDecay(0.01)
        .withClipNorm(1)
        .withAccumulate(accumulate)
        .withFrozen("conv1", "bn1");
  }

  private static byte[] snapshot(OnlineTrainer trainer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ModelSnapshot snapshot = trainer.snapshot()) {
      snapshot.writeTo(out);
    }
    return out.toByteArray();
  }

  private static void train(OnlineTrainer trainer, InputSpec input, int from, int to) {
    for (int step = from; step < to; step++) {
      trainer.learn(Batches.pixels(input, P, K, step), LABELS);
    }
  }

  private static Map<String, float[]> arrays(OnlineTrainer trainer) throws IOException {
    Path file = Files.createTempFile("model", ".safetensors");
    try (OutputStream out = Files.newOutputStream(file)) {
      trainer.export("any", out);
    }
    SafeTensors tensors = SafeTensors.open(file);
    Map<String, float[]> arrays = new TreeMap<>();
    for (String name : tensors.names()) {
      arrays.put(name, tensors.floats(name));
    }
    Files.delete(file);
    return arrays;
  }
}

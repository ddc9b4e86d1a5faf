package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnlineTrainerTest {

  private static final int P = 5;
  private static final int K = 4;
  private static final List<String> LABELS = Batches.labels(P, K);

  private static byte[] snapshot(OnlineTrainer trainer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    trainer.writeTo(out);
    return out.toByteArray();
  }

  private static void train(OnlineTrainer trainer, InputSpec input, int from, int to) {
    for (int step = from; step < to; step++) {
      trainer.learn(Batches.pixels(input, P, K, step), LABELS);
    }
  }

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
    LossConfig paper = LossConfig.paperDefaults();
    ModelConfig config =
        Batches.with(
            new LossConfig(
                paper.ranking(),
                0.5,
                paper.margin(),
                paper.squaredDistance(),
                paper.reducer(),
                paper.centerRate()));
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
      trainer.writeTo(out);
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
    ModelConfig reseeded =
        new ModelConfig(
            config.architecture(),
            config.loss(),
            config.optimizer(),
            config.batchNorm(),
            config.averageDecay(),
            99);
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
}

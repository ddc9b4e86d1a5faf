package io.rankstream.model;

import static io.rankstream.model.Training.everything;
import static io.rankstream.model.Training.snapshot;
import static io.rankstream.model.Training.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.Backbone;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnlineTrainerRestoreTest {

  private static final int P = Training.P;
  private static final int K = Training.K;
  private static final List<String> LABELS = Training.LABELS;

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

  @ParameterizedTest
  @EnumSource(RankingLoss.class)
  void everyLossLearnsAndGoesOnAfterARestoreBitForBit(RankingLoss ranking) throws IOException {
    ModelConfig config =
        Batches.smallCnn()
            .withLoss(LossConfig.paperDefaults(ranking).withLogitAdjustment(0.5))
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
        .isInstanceOf(SnapshotRefusedException.class)
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
}

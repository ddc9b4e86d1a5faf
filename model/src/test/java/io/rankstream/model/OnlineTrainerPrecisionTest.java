package io.rankstream.model;

import static io.rankstream.model.Training.K;
import static io.rankstream.model.Training.LABELS;
import static io.rankstream.model.Training.P;
import static io.rankstream.model.Training.everything;
import static io.rankstream.model.Training.snapshot;
import static io.rankstream.model.Training.snapshotDigest;
import static io.rankstream.model.Training.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.network.Backbone;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.network.Precision;
import io.rankstream.model.network.Precisions;
import io.rankstream.model.safetensors.SafeTensors;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OnlineTrainerPrecisionTest {

  private static final Precisions BFLOAT16 = new Precisions(Precision.BFLOAT16, Precision.BFLOAT16);
  private static final Precisions SERVED_BFLOAT16 =
      new Precisions(Precision.FLOAT32, Precision.BFLOAT16);

  @ParameterizedTest
  @EnumSource(
      value = Backbone.class,
      names = {"SMALL_CNN", "RESNET18"})
  void goesOnInBfloat16AfterARestoreBitForBit(Backbone backbone) throws IOException {
    InputSpec input =
        backbone == Backbone.SMALL_CNN
            ? Batches.smallCnn().input()
            : new InputSpec(3, 32, 32, Normalization.IMAGENET);
    ModelConfig config =
        Batches.config(backbone, input).withOptimizer(everything(2)).withPrecisions(BFLOAT16);
    byte[] midway;
    String undisturbed;
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu())) {
      train(trainer, input, 0, 5); // in the middle of an accumulation
      midway = snapshot(trainer);
      train(trainer, input, 5, 8);
      undisturbed = snapshotDigest(trainer);
    }

    try (OnlineTrainer restored = restore(config, midway)) {
      train(restored, input, 5, 8);

      assertThat(snapshotDigest(restored)).isEqualTo(undisturbed);
    }
    try (OnlineTrainer other = restore(config.withPrecisions(Precisions.float32()), midway)) {
      train(other, input, 5, 8);

      assertThat(snapshotDigest(other)).as("in float32").isNotEqualTo(undisturbed);
    }
  }

  @Test
  void learnsAsWellInBfloat16() {
    ModelConfig config = Batches.smallCnn();
    PixelBatch unseen = Batches.pixels(config.input(), P, 40, 1_000_003);
    List<String> truth = Batches.labels(P, 40);
    try (OnlineTrainer wide = OnlineTrainer.create(config, Device.cpu());
        OnlineTrainer narrow =
            OnlineTrainer.create(config.withPrecisions(BFLOAT16), Device.cpu())) {
      train(wide, config.input(), 0, 60);
      train(narrow, config.input(), 0, 60);
      double wideLoss =
          wide.learn(Batches.pixels(config.input(), P, K, 60), LABELS).classificationLoss();
      double narrowLoss =
          narrow.learn(Batches.pixels(config.input(), P, K, 60), LABELS).classificationLoss();

      assertThat(accuracy(wide.served().predict(unseen), truth)).as("float32").isGreaterThan(0.9);
      assertThat(accuracy(narrow.served().predict(unseen), truth))
          .as("bfloat16")
          .isCloseTo(accuracy(wide.served().predict(unseen), truth), within(0.05));
      assertThat(narrowLoss).as("loss").isCloseTo(wideLoss, within(0.1));
    }
  }

  @Test
  void servesInBfloat16WithoutAnyChangeToTheTraining() throws IOException {
    ModelConfig config = Batches.smallCnn();
    try (OnlineTrainer wide = OnlineTrainer.create(config, Device.cpu());
        OnlineTrainer narrow =
            OnlineTrainer.create(config.withPrecisions(SERVED_BFLOAT16), Device.cpu())) {
      PixelBatch images = Batches.pixels(config.input(), P, K, 99);
      for (int step = 0; step < 20; step++) {
        train(wide, config.input(), step, step + 1);
        train(narrow, config.input(), step, step + 1);
        narrow.served().predict(images);
      }

      assertThat(snapshot(narrow)).isEqualTo(snapshot(wide));
      List<EmbeddedImage> exact = wide.served().embed(images);
      List<EmbeddedImage> cast = narrow.served().embed(images);
      assertThat(cast.get(0).embedding()).isNotEqualTo(exact.get(0).embedding());
      for (int i = 0; i < exact.size(); i++) {
        assertThat(cosine(cast.get(i).embedding(), exact.get(i).embedding())).isGreaterThan(0.99);
      }
    }
  }

  @Test
  void aModelFileRecordsThePrecisionOfItsSteps(@TempDir Path directory) throws IOException {
    Path trained = directory.resolve("trained.safetensors");
    Path exported = directory.resolve("exported.safetensors");
    ModelConfig config = Batches.smallCnn().withPrecisions(BFLOAT16);
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu());
        OutputStream file = Files.newOutputStream(trained);
        OutputStream other = Files.newOutputStream(exported)) {
      train(trainer, config.input(), 0, 1);
      Training.export(trainer, "any", "", file);
      try (ModelSnapshot snapshot =
          ModelSnapshot.read(new ByteArrayInputStream(snapshot(trainer)))) {
        snapshot.export("any", "", other);
      }
    }

    assertThat(SafeTensors.open(trained).metadata())
        .containsEntry("rankstream.precision", "bfloat16");
    assertThat(SafeTensors.open(exported).metadata())
        .containsEntry("rankstream.precision", "bfloat16");
  }

  private static OnlineTrainer restore(ModelConfig config, byte[] snapshot) throws IOException {
    return OnlineTrainer.restore(config, Device.cpu(), new ByteArrayInputStream(snapshot));
  }

  private static double accuracy(List<Prediction> predictions, List<String> truth) {
    int right = 0;
    for (int i = 0; i < truth.size(); i++) {
      right += truth.get(i).equals(predictions.get(i).label()) ? 1 : 0;
    }
    return (double) right / truth.size();
  }

  /** Of vectors of unit length. */
  private static double cosine(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}

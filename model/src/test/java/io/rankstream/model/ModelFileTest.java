package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.Backbone;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.safetensors.SafeTensors;
import io.rankstream.model.safetensors.SafeTensorsWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFileTest {

  private static final int P = 5;
  private static final int K = 4;

  @TempDir Path directory;

  @Test
  void aFileServesAsTheModelThatWroteIt() throws IOException {
    ModelConfig config = Batches.smallCnn();
    PixelBatch images = Batches.pixels(config.input(), P, K, 99);
    try (OnlineTrainer trainer = trained(config, 20)) {
      Path file = export(trainer);
      try (TwoHeadModel model = TwoHeadModel.read(file, Device.cpu())) {
        assertClose(embeddings(model, images), embeddings(trainer.served(), images));
        assertThat(model.predict(images))
            .extracting(Prediction::label)
            .isEqualTo(trainer.served().predict(images).stream().map(Prediction::label).toList());
        assertThat(model.labels()).isEqualTo(trainer.vocabulary());
        ImageFeatures features = model.features(images);
        assertThat(features.pooled()).hasSize(P * K).allMatch(row -> row.length == 64);
        assertThat(features.images().get(3).embedding()).isEqualTo(embeddings(model, images)[3]);
      }
      assertThat(ModelFile.read(file).provenance())
          .isEqualTo(
              new Provenance("north", "north/small-cnn-1x28x28-half-range-d32-c20-s7", "L1", 20));
    }
  }

  @Test
  void aFileOfAModelThatHasNotTrainedServesToo() throws IOException {
    ModelConfig config = Batches.smallCnn();
    PixelBatch images = Batches.pixels(config.input(), P, K, 99);
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu());
        TwoHeadModel model = TwoHeadModel.read(export(trainer), Device.cpu())) {
      assertClose(embeddings(model, images), embeddings(trainer.served(), images));
      assertThat(model.labels()).isEmpty();
      assertThat(model.embed(images).get(0).prediction().label()).isNull();
    }
  }

  @Test
  void theSoftmaxHeadHasARowForEachClassMet() throws IOException {
    try (OnlineTrainer trainer = trained(Batches.smallCnn(), 1)) {
      SafeTensors tensors = SafeTensors.open(export(trainer));

      assertThat(tensors.shape("fc.weight")).containsExactly((long) P, 64L);
      assertThat(tensors.shape("embedding.weight")).containsExactly(32L, 64L * 7 * 7);
      assertThat(tensors.names()).contains("bn3.running_var", "conv1.weight");
      assertThat(tensors.metadata()).containsEntry("format", "pt");
    }
  }

  @Test
  void aTrainerGoesOnFromAFileWithTheClassesThatItKnows() throws IOException {
    ModelConfig config = Batches.smallCnn();
    PixelBatch images = Batches.pixels(config.input(), P, K, 99);
    try (OnlineTrainer original = trained(config, 20)) {
      ModelFile file = ModelFile.read(export(original));
      try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu(), file)) {
        assertThat(trainer.step()).isZero();
        assertThat(trainer.vocabulary()).isEqualTo(original.vocabulary());
        assertThat(embeddings(trainer.served(), images))
            .isEqualTo(embeddings(original.served(), images));
        String sha256 =
            DigestUtils.sha256Hex(Files.readAllBytes(directory.resolve("model.safetensors")));
        assertThat(trainer.spaceIdSuffix())
            .isEqualTo("small-cnn-1x28x28-half-range-d32-c20-w" + sha256.substring(0, 12));
      }
    }
  }

  @Test
  void takesABackboneAndReportsTheFreshHeads() throws IOException {
    ModelConfig config = Batches.smallCnn();
    SafeTensorsWriter writer = new SafeTensorsWriter(Map.of());
    try (OnlineTrainer trainer = trained(config, 1)) {
      SafeTensors tensors = SafeTensors.open(export(trainer));
      for (String name : tensors.names()) {
        if (!name.startsWith("embedding")) {
          long[] shape = tensors.shape(name).stream().mapToLong(Long::longValue).toArray();
          float[] values = tensors.floats(name);
          writer.add(name, shape, out -> out.write(values));
        }
      }
    }
    writer.add("layer9.weight", new long[] {1}, out -> out.write(new float[] {1}));
    Path file = directory.resolve("backbone.safetensors");
    try (OutputStream out = Files.newOutputStream(file)) {
      writer.writeTo(out);
    }

    WeightsReport report = ModelFile.read(file).report(config.architecture());

    assertThat(report.isUsable()).isTrue();
    assertThat(report.loaded()).contains("conv1.weight", "bn1.running_mean");
    // No classes are named: the rows of the softmax head mean nothing.
    assertThat(report.missingHeads())
        .containsExactlyInAnyOrder("fc.weight", "fc.bias", "embedding.weight", "embedding.bias");
    assertThat(report.unexpected()).containsExactly("layer9.weight");
    assertThat(report.toString())
        .contains("15 arrays loaded")
        .contains("4 heads that start fresh: fc.weight, fc.bias, embedding.weight, embedding.bias")
        .contains("1 not used: layer9.weight");
    try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu(), ModelFile.read(file))) {
      assertThat(trainer.vocabulary()).isEmpty();
    }
    assertThatThrownBy(() -> TwoHeadModel.read(file, Device.cpu()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("holds weights but no model");
  }

  @Test
  void refusesWeightsOfAnotherBackbone() throws IOException {
    Path file;
    try (OnlineTrainer trainer = trained(Batches.smallCnn(), 1)) {
      file = export(trainer);
    }
    ModelConfig other =
        Batches.config(Backbone.RESNET18, new InputSpec(3, 32, 32, Normalization.IMAGENET));

    assertThatThrownBy(() -> OnlineTrainer.create(other, Device.cpu(), ModelFile.read(file)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("missing in the file: layer1.0.conv1.weight")
        .hasMessageContaining("of another shape: conv1.weight [16, 1, 3, 3] for [64, 3, 7, 7]")
        .hasMessageContaining("Use weights of the configured backbone");
  }

  @Test
  void publishesTheMovingAverageWhereOneIsKept() throws IOException {
    ModelConfig plain = Batches.smallCnn();
    ModelConfig averaged = plain.withAverageDecay(0.9);
    try (OnlineTrainer newest = trained(plain, 10);
        OnlineTrainer average = trained(averaged, 10)) {
      float[] newestWeights = SafeTensors.open(export(newest)).floats("conv1.weight");
      float[] averageWeights = SafeTensors.open(export(average)).floats("conv1.weight");

      assertThat(averageWeights).isNotEqualTo(newestWeights);
    }
  }

  @Test
  void theArchitectureSurvivesItsName() {
    for (Backbone backbone : Backbone.values()) {
      Architecture architecture =
          new Architecture(backbone, new InputSpec(3, 96, 128, Normalization.HALF_RANGE), 64, 10);

      assertThat(Architecture.parse(architecture.id())).isEqualTo(architecture);
    }
    assertThat(List.of(Backbone.values())).isNotEmpty();
    assertThatThrownBy(() -> Architecture.parse("resnet18"))
        .hasMessage("Not an architecture: resnet18");
  }

  @Test
  void everyTurnedBitAndEveryTruncationIsRefused() throws IOException {
    Path file;
    try (OnlineTrainer trainer = trained(Batches.smallCnn(), 1)) {
      file = export(trainer);
    }
    byte[] good = Files.readAllBytes(file);
    Random random = new Random(15);
    int refused = 0;
    for (int i = 0; i < 100; i++) {
      byte[] turned = good.clone();
      turned[random.nextInt(good.length)] ^= (byte) (1 << random.nextInt(8));
      refused += refusals(file, turned);
      refused += refusals(file, Arrays.copyOf(good, random.nextInt(good.length)));
      byte[] header = good.clone();
      header[random.nextInt(1_000)] ^= (byte) (1 << random.nextInt(8));
      refused += refusals(file, header);
    }

    assertThat(refused).isEqualTo(300);
    assertThat(refusals(file, good)).isZero();
  }

  private static int refusals(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    try {
      ModelFile.read(file);
      return 0;
    } catch (IOException e) {
      assertThat(e).hasMessageContaining(file.toString());
      return 1;
    }
  }

  private static OnlineTrainer trained(ModelConfig config, int steps) {
    OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu());
    for (int step = 0; step < steps; step++) {
      trainer.learn(Batches.pixels(config.input(), P, K, step), Batches.labels(P, K));
    }
    return trainer;
  }

  private Path export(OnlineTrainer trainer) throws IOException {
    Path file = directory.resolve("model.safetensors");
    try (OutputStream out = Files.newOutputStream(file)) {
      Training.export(trainer, "north", "L1", out);
    }
    return file;
  }

  /** A model from a file computes in another order: its BatchNorms are folded. */
  private static void assertClose(float[][] embeddings, float[][] expected) {
    assertThat(embeddings).hasNumberOfRows(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(embeddings[i]).containsExactly(expected[i], within(1e-5f));
    }
  }

  private static float[][] embeddings(TwoHeadModel model, PixelBatch images) {
    return model.embed(images).stream().map(EmbeddedImage::embedding).toArray(float[][]::new);
  }
}

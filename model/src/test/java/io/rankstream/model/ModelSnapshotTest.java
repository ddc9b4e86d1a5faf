package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.RankingLoss;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ModelSnapshotTest {

  private static final int P = 5;
  private static final int K = 4;

  private static final ModelConfig CONFIG =
      Batches.smallCnn()
          .withLoss(LossConfig.paperDefaults(RankingLoss.CENTER))
          .withAverageDecay(0.9);

  @Test
  void readsItselfBitForBitWithoutAConfiguration() throws IOException {
    byte[] written;
    try (OnlineTrainer trainer = trained(CONFIG, 5)) {
      written = Training.snapshot(trainer);
    }

    ByteArrayInputStream in = new ByteArrayInputStream(written);
    try (ModelSnapshot read = ModelSnapshot.read(in)) {
      assertThat(in.available()).isZero();
      assertThat(bytes(read)).isEqualTo(written);
      assertThat(read.step()).isEqualTo(5);
      assertThat(read.labels())
          .containsExactly("class-0", "class-1", "class-2", "class-3", "class-4");
      assertThat(read.spaceIdSuffix()).isEqualTo("small-cnn-1x28x28-half-range-d32-c20-s7");
    }
  }

  @Test
  void exportsTheFileOfItsTrainer() throws IOException {
    for (double averageDecay : new double[] {0, 0.9}) {
      try (OnlineTrainer trainer = trained(CONFIG.withAverageDecay(averageDecay), 5);
          ModelSnapshot read =
              ModelSnapshot.read(new ByteArrayInputStream(Training.snapshot(trainer)))) {
        ByteArrayOutputStream published = new ByteArrayOutputStream();
        ByteArrayOutputStream exported = new ByteArrayOutputStream();
        Training.export(trainer, "north", "L1", published);
        read.export("north", "L1", exported);

        assertThat(exported.toByteArray()).isEqualTo(published.toByteArray());
        try (WeightsCopy copy = trainer.copyWeights("north", "L1")) {
          Training.train(trainer, CONFIG.architecture().input(), 5, 6);
          ByteArrayOutputStream copied = new ByteArrayOutputStream();
          copy.writeTo(copied);
          assertThat(copied.toByteArray()).isEqualTo(published.toByteArray());
        }
      }
    }
  }

  @Test
  void restoresUnderAnotherOptimizerLossAndAverage() throws IOException {
    byte[] written;
    float[] embedding;
    try (OnlineTrainer trainer = trained(CONFIG.withAverageDecay(0), 5)) {
      written = Training.snapshot(trainer);
      embedding = embedding(trainer);
    }
    ModelConfig other =
        CONFIG
            .withLoss(LossConfig.paperDefaults(RankingLoss.TRIPLET_HARD))
            .withOptimizer(CONFIG.optimizer().withAccumulate(3));

    try (OnlineTrainer restored = restored(other, written)) {
      assertThat(embedding(restored)).isEqualTo(embedding); // the average starts at the weights
      restored.learn(Batches.pixels(other.input(), P, K, 5), Batches.labels(P, K));
      assertThat(restored.step()).isEqualTo(6);
    }
  }

  @Test
  void refusesOtherData() {
    assertThatThrownBy(() -> read(new byte[] {'P', 'K', 3, 4, 0, 0}))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Not a Rankstream model snapshot: it starts with 504b0304");
  }

  @Test
  void refusesATruncatedSnapshot() throws IOException {
    byte[] written;
    try (OnlineTrainer trainer = trained(CONFIG, 1)) {
      written = Training.snapshot(trainer);
    }

    assertThatThrownBy(() -> read(Arrays.copyOf(written, written.length / 2)))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void refusesABufferOfAnotherSize() throws IOException {
    byte[] written;
    try (OnlineTrainer trainer = trained(CONFIG, 1)) {
      written = Training.snapshot(trainer);
    }
    byte[] name = {0, 7, 'c', 'e', 'n', 't', 'e', 'r', 's'};
    int length = indexOf(written, name) + name.length;
    ByteBuffer shorter = ByteBuffer.wrap(written);
    int values = (int) shorter.getLong(length) / Float.BYTES;

    shorter.putLong(length, 6);
    assertThatThrownBy(() -> read(written))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "The snapshot is damaged: a buffer has 6 bytes (must be a multiple of 4). Restore an older one");

    // One value less, with the right length.
    byte[] cut = withoutBytes(written, length + Long.BYTES, Float.BYTES);
    ByteBuffer.wrap(cut).putLong(length, (values - 1) * (long) Float.BYTES);
    assertThatThrownBy(() -> restored(CONFIG, cut))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "The snapshot is damaged: the buffer centers has %d values (must have %d). Restore an older one",
            values - 1, values);
  }

  private static OnlineTrainer trained(ModelConfig config, int steps) {
    OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu());
    for (int step = 0; step < steps; step++) {
      trainer.learn(Batches.pixels(config.input(), P, K, step), Batches.labels(P, K));
    }

    return trainer;
  }

  private static float[] embedding(OnlineTrainer trainer) {
    return trainer.served().embed(Batches.pixels(CONFIG.input(), 1, 1, 9)).get(0).embedding();
  }

  private static byte[] bytes(ModelSnapshot snapshot) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.writeTo(out);
    return out.toByteArray();
  }

  private static void read(byte[] bytes) throws IOException {
    ModelSnapshot.read(new ByteArrayInputStream(bytes)).close();
  }

  private static OnlineTrainer restored(ModelConfig config, byte[] bytes) throws IOException {
    return OnlineTrainer.restore(config, Device.cpu(), new ByteArrayInputStream(bytes));
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }

    throw new AssertionError("The part is not there");
  }

  private static byte[] withoutBytes(byte[] bytes, int from, int count) {
    ByteBuffer rest = ByteBuffer.allocate(bytes.length - count);
    rest.put(bytes, 0, from).put(bytes, from + count, bytes.length - from - count);
    return rest.array();
  }
}

package io.rankstream.model;

import static io.rankstream.model.Training.everything;
import static io.rankstream.model.Training.snapshot;
import static io.rankstream.model.Training.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.ParameterLayout;
import io.rankstream.model.network.Slot;
import io.rankstream.model.network.TwoHeadNetwork;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Restores under another capacity of the softmax head than that of the snapshot, 20 rows. */
class OnlineTrainerCapacityTest {

  private static final ModelConfig CONFIG =
      Batches.smallCnn()
          .withLoss(LossConfig.paperDefaults(RankingLoss.CENTER).withLogitAdjustment(1))
          .withOptimizer(everything(2))
          .withAverageDecay(0.9);

  @Test
  void oldRowsKeepTheirValuesAndNewOnesAreThoseOfANewModel() throws IOException {
    ModelConfig larger = capacity(300);
    byte[] learnt = learnt(5);
    try (ModelSnapshot before = ModelSnapshot.read(new ByteArrayInputStream(learnt));
        OnlineTrainer fresh = OnlineTrainer.create(larger, Device.cpu());
        ModelSnapshot start = fresh.snapshot();
        OnlineTrainer grown = restored(larger, learnt);
        ModelSnapshot after = grown.snapshot()) {
      assertThat(after.buffers().names()).isEqualTo(before.buffers().names());
      for (String name :
          List.of("parameters", "average", "ADAMW-moment-0", "ADAMW-moment-1", "accumulated")) {
        assertSlots(
            before.buffers().get(name), start.buffers().get(name), after.buffers().get(name));
      }
      for (String name : List.of("statistics", "average-statistics", "ADAMW-updates")) {
        assertThat(after.buffers().get(name)).isEqualTo(before.buffers().get(name));
      }
      for (String name : List.of("centers", "class-counts")) {
        assertPrefix(
            before.buffers().get(name).toFloatArray(),
            start.buffers().get(name).toFloatArray(),
            after.buffers().get(name).toFloatArray());
      }
      assertThat(grown.spaceIdSuffix()).isEqualTo("small-cnn-1x28x28-half-range-d32-c20-s7");
      assertThat(grown.step()).isEqualTo(5);
    }
  }

  @Test
  void aLargerModelPredictsAndEmbedsAsBeforeAndLearnsMoreClasses() throws IOException {
    byte[] learnt = learnt(5);
    try (OnlineTrainer small = restored(CONFIG, learnt);
        OnlineTrainer grown = restored(capacity(300), learnt)) {
      List<EmbeddedImage> before =
          small.served().embed(Batches.pixels(CONFIG.input(), Training.P, Training.K, 9));
      List<EmbeddedImage> after =
          grown.served().embed(Batches.pixels(CONFIG.input(), Training.P, Training.K, 9));
      for (int i = 0; i < before.size(); i++) {
        assertThat(after.get(i).embedding()).isEqualTo(before.get(i).embedding());
        assertThat(after.get(i).prediction()).isEqualTo(before.get(i).prediction());
      }

      List<String> others = IntStream.range(0, 100).mapToObj(i -> "new-" + i).toList();
      for (int i = 0; i < 100; i += 20) {
        grown.learn(Batches.pixels(CONFIG.input(), 5, 4, i), others.subList(i, i + 20));
      }
      assertThat(grown.knownClasses()).isEqualTo(105);
    }
  }

  @Test
  void aRollbackAfterTheGrowthHasTheGoodWeightsOfBefore() throws IOException {
    ModelConfig guarded =
        CONFIG.withGuard(CONFIG.guard().withMaxNormFactor(1.000001).withPatience(3));
    byte[] skipping;
    try (OnlineTrainer trainer = OnlineTrainer.create(guarded, Device.cpu())) {
      train(trainer, CONFIG.input(), 0, 100);
      trainer.learn(Batches.pixels(CONFIG.input(), 5, 4, 1000), wrong());
      skipping = snapshot(trainer);
    }

    ModelConfig larger = guarded.withArchitecture(guarded.architecture().withMaxClasses(300));
    try (ModelSnapshot before = ModelSnapshot.read(new ByteArrayInputStream(skipping));
        OnlineTrainer fresh = OnlineTrainer.create(larger, Device.cpu());
        ModelSnapshot start = fresh.snapshot();
        OnlineTrainer grown = restored(larger, skipping)) {
      assertThat(before.good().copy()).as("the step was skipped").isNotNull();
      grown.learn(Batches.pixels(CONFIG.input(), 5, 4, 1000), wrong());
      grown.learn(Batches.pixels(CONFIG.input(), 5, 4, 1000), wrong());
      try (ModelSnapshot rolledBack = grown.snapshot()) {
        assertSlots(
            before.good().copy().get("parameters"),
            start.buffers().get("parameters"),
            rolledBack.buffers().get("parameters"));
      }
    }
  }

  @Test
  void aSmallerCapacityServesAsLongAsAllClassesFit() throws IOException {
    byte[] learnt = learnt(5);

    try (OnlineTrainer shrunk = restored(capacity(5), learnt)) {
      train(shrunk, CONFIG.input(), 5, 7);
      assertThat(shrunk.step()).isEqualTo(7);
    }
    assertThatThrownBy(() -> restored(capacity(4), learnt))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "The snapshot holds a model of 5 classes, more than model.max-classes = 4: set it to at"
                + " least 5");
  }

  private static ModelConfig capacity(int classes) {
    return CONFIG.withArchitecture(CONFIG.architecture().withMaxClasses(classes));
  }

  private static byte[] learnt(int steps) throws IOException {
    try (OnlineTrainer trainer = OnlineTrainer.create(CONFIG, Device.cpu())) {
      train(trainer, CONFIG.input(), 0, steps);
      return snapshot(trainer);
    }
  }

  private static OnlineTrainer restored(ModelConfig config, byte[] bytes) throws IOException {
    return OnlineTrainer.restore(config, Device.cpu(), new ByteArrayInputStream(bytes));
  }

  private static List<String> wrong() {
    return IntStream.range(0, 20).mapToObj(i -> "class-" + (i / 4 + 1) % 5).toList();
  }

  /** Each array has the old values first, then those of a new model. */
  private static void assertSlots(NDArray before, NDArray start, NDArray after) {
    ParameterLayout old = new TwoHeadNetwork(CONFIG.architecture()).layout();
    ParameterLayout larger = new TwoHeadNetwork(capacity(300).architecture()).layout();
    for (int i = 0; i < old.parameters().size(); i++) {
      Slot from = old.parameters().get(i);
      Slot to = larger.parameters().get(i);
      assertPrefix(part(before, from), part(start, to), part(after, to));
    }
  }

  private static float[] part(NDArray flat, Slot slot) {
    int from = (int) slot.offset();
    return Arrays.copyOfRange(flat.toFloatArray(), from, from + (int) slot.shape().size());
  }

  private static void assertPrefix(float[] before, float[] start, float[] after) {
    assertThat(after).hasSameSizeAs(start);
    assertThat(Arrays.copyOf(after, before.length)).isEqualTo(before);
    assertThat(Arrays.copyOfRange(after, before.length, after.length))
        .isEqualTo(Arrays.copyOfRange(start, before.length, start.length));
  }
}

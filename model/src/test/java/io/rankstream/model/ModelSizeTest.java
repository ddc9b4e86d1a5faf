package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.optimize.OptimizerConfig;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ModelSizeTest {

  @Test
  void countsTheBuffersOfASnapshot() {
    ModelConfig plain = Batches.smallCnn();
    OptimizerConfig adamW = plain.optimizer().withRule(OptimizerConfig.Rule.ADAMW);
    List<ModelConfig> configs =
        List.of(
            plain,
            plain.withLoss(LossConfig.paperDefaults(RankingLoss.CENTER)).withAverageDecay(0.9),
            plain.withLoss(LossConfig.paperDefaults().withLogitAdjustment(1)),
            plain.withOptimizer(adamW.withAccumulate(2)),
            plain.withLoss(LossConfig.paperDefaults(RankingLoss.TRIPLET_CENTER)),
            plain.withLoss(LossConfig.paperDefaults(RankingLoss.MAGNET)));
    for (ModelConfig config : configs) {
      AtomicLong bytes = new AtomicLong();
      try (OnlineTrainer trainer = OnlineTrainer.create(config, Device.cpu());
          ModelSnapshot snapshot = trainer.snapshot()) {
        snapshot.buffers().forEach((name, buffer) -> bytes.addAndGet(buffer.size() * Float.BYTES));
      }
      assertThat(ModelSize.of(config).snapshotBytes()).isEqualTo(bytes.get());
    }
  }

  @Test
  void aModelThatNoSnapshotHoldsIsMeasuredWithoutBeingMade() {
    ModelConfig config = Batches.smallCnn();
    ModelSize tooLarge =
        ModelSize.of(
            config.withArchitecture(config.architecture().withMaxClasses(Integer.MAX_VALUE)));

    assertThat(ModelSize.of(config).fits()).isTrue();
    assertThat(tooLarge.parameters()).isGreaterThan(Integer.MAX_VALUE);
    assertThat(tooLarge.fits()).isFalse();
  }

  @Test
  void centresCountToo() {
    ModelConfig config =
        Batches.smallCnn().withLoss(LossConfig.paperDefaults(RankingLoss.TRIPLET_CENTER));
    ModelConfig wide =
        config.withArchitecture(
            config.architecture().withMaxClasses(1_000_000).withEmbeddingDimension(2_148));

    assertThat(ModelSize.of(wide).centers()).isEqualTo(2_148_000_000L);
    assertThat(ModelSize.of(wide).fits()).isFalse();
  }
}

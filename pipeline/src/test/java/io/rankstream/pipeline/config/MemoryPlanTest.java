package io.rankstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.model.ModelSize;
import io.rankstream.pipeline.Fixtures;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {

  private static final int IMAGE = 3 * 224 * 224;

  @Test
  void aFullWindowHoldsMaxBytesOfPixels() {
    JobConfig config =
        Fixtures.config(
            "model.backbone", "resnet50", "window.max-bytes", "1 gb", "repeats.within", "0 s");

    long images = (1L << 30) / IMAGE;
    assertThat(MemoryPlan.of(config, 1, 1).windows()).isEqualTo(images * (IMAGE + 1024));
  }

  @Test
  void aWindowOfFewClassesStaysBelow() {
    JobConfig few =
        Fixtures.config(
            "model.backbone", "resnet50", "model.max-classes", "10", "repeats.within", "0 s");

    long images = 10 * (16 + 64) + (512L << 20) / 4 / IMAGE;
    assertThat(MemoryPlan.of(few, 1, 1).windows()).isEqualTo(images * (IMAGE + 1024));
  }

  @Test
  void eachStreamHasAnchorsWithTwoEmbeddings() {
    JobConfig config = Fixtures.config("model.embedding-dimension", "64", "drift.anchors", "100");

    assertThat(MemoryPlan.of(config, 3, 1).anchors())
        .isEqualTo(3 * 100 * (784L + 1024 + 2 * 64 * 4));
    assertThat(MemoryPlan.of(Fixtures.config("drift.anchors", "0"), 3, 1).anchors()).isZero();
  }

  @Test
  void batchesInFlightBelongToStreams() {
    JobConfig config = Fixtures.config("trainer.batches-in-flight", "5", "embed.batch-size", "40");

    long inEmbedders = 3 * 2 * 40 * 784L;
    long held = 2 * 8 * 40 * 784L; // by each of two embedders, while a checkpoint is undecided
    assertThat(MemoryPlan.of(config, 3, 2).batches())
        .isEqualTo((3 * 5 + 2) * 32 * 784L + inEmbedders + held);
  }

  @Test
  void aReplicaHasAsManyPlacesAgainBeforeABarrier() {
    long one = MemoryPlan.of(Fixtures.config("trainer.batches-in-flight", "5"), 1, 1, 1).batches();
    JobConfig config = Fixtures.config("trainer.batches-in-flight", "5", "training.replicas", "2");

    assertThat(MemoryPlan.of(config, 1, 2, 1).batches() - one).isEqualTo((2 * 10 - 5) * 32 * 784L);
  }

  @Test
  void oneLargeImageIsDecodedAtATimeAndASmallOneInEachSubtask() {
    assertThat(MemoryPlan.of(Fixtures.config(), 1, 4).decoding())
        .isEqualTo(12L * (40_000_000 + 4 * 8_000_000));
    assertThat(MemoryPlan.of(Fixtures.config("image.max-pixels", "1000000"), 1, 4).decoding())
        .isEqualTo(12L * 4 * 1_000_000);
  }

  @Test
  void everyEmbedderHasTwoVersionsOfEachStream() {
    long version = ModelSize.of(Fixtures.config().model()).servingBytes();

    assertThat(served(3, "input.streams", "a;b", "drift.anchors", "0")).isEqualTo(3 * 4 * version);
    assertThat(served(3, "embed.parallelism", "1", "drift.anchors", "0")).isEqualTo(2 * version);
    assertThat(served(3)).as("one more measures drift").isEqualTo(3 * 3 * version);
  }

  private static long served(int subtasks, String... settings) {
    return MemoryPlan.of(Fixtures.config(settings), 1, subtasks).served();
  }

  @Test
  void streamsHaveWindowsAndModelsOfTheirOwn() {
    JobConfig config = Fixtures.config("optimizer.rule", "adamw");
    MemoryPlan one = MemoryPlan.of(config, 1, 1);
    MemoryPlan three = MemoryPlan.of(config, 3, 1);
    ModelSize size = ModelSize.of(config.model());

    assertThat(three.windows()).isEqualTo(3 * one.windows());
    assertThat(three.models()).isEqualTo(3 * one.models());
    assertThat(three.copies()).isEqualTo(3 * one.copies());
    assertThat(three.starting()).as("one starts at a time").isEqualTo(one.starting());
    assertThat(one.models() / 4)
        .as("weights, gradient, two moments and the average")
        .isBetween(5 * size.parameters(), 5 * size.parameters() + 4 * size.statistics());
  }
}

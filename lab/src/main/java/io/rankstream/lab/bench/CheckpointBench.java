package io.rankstream.lab.bench;

import io.rankstream.model.Devices;
import io.rankstream.model.ModelConfig;
import io.rankstream.model.ModelSnapshot;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.pipeline.config.JobConfig;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The cost of a checkpoint for a model, against its step: the copy of the state, for which training
 * waits; the write of the copy, in the background; and the restore. The embedding head is as wide
 * as the requested size of the state needs.
 */
public final class CheckpointBench {

  private static final int COPIES = 2; // weights and momentum
  private static final int LARGEST_DIMENSION = 1 << 15;

  private CheckpointBench() {}

  /** Measures step and snapshots in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    JobConfig config = plan.config();
    ModelConfig model = wide(config.model(), plan.megabytes());
    NoiseBatch batch = NoiseBatch.of(config);
    Path file = Files.createTempFile("rankstream-bench", ".snapshot");
    try (OnlineTrainer trainer = OnlineTrainer.create(model, Devices.select(config.device()))) {
      Contest.Work step = () -> trainer.learn(batch.images(), batch.labels());
      step.run();
      String state = "%d MB".formatted(bytes(trainer) / 1_000_000);
      String steps = "checkpoint: step of a model with %s".formatted(state);
      String copy = "checkpoint: copy of %s, training waits".formatted(state);
      String write = "checkpoint: write of %s, behind training".formatted(state);
      String restore = "checkpoint: restore of %s".formatted(state);
      Map<String, double[]> windows =
          new Contest()
              .add(steps, millis(step))
              .add(copy, millis(() -> trainer.snapshot().close()))
              .add(write, () -> write(trainer, file))
              .add(restore, millis(() -> restore(model, config, file)))
              .run(plan.rounds());
      windows.forEach((name, values) -> report.add(Figure.of(name, "ms", values)));
      report.addRatio("checkpoint: copy over step", copy, steps);
    } finally {
      Files.delete(file);
    }
  }

  private static Contest.Window millis(Contest.Work work) {
    return () -> {
      long start = System.nanoTime();
      work.run();
      return (System.nanoTime() - start) / 1e6;
    };
  }

  private static double write(OnlineTrainer trainer, Path file) throws IOException {
    try (ModelSnapshot snapshot = trainer.snapshot();
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      long start = System.nanoTime();
      snapshot.writeTo(out);
      return (System.nanoTime() - start) / 1e6;
    }
  }

  private static void restore(ModelConfig model, JobConfig config, Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
      OnlineTrainer.restore(model, Devices.select(config.device()), in).close();
    }
  }

  /** The model with the smallest embedding head for a state of at least this size. */
  private static ModelConfig wide(ModelConfig model, int megabytes) {
    Architecture architecture = model.architecture();
    int dimension = architecture.embeddingDimension();
    while (dimension < LARGEST_DIMENSION
        && stateBytes(architecture.withEmbeddingDimension(dimension)) < megabytes * 1_000_000L) {
      dimension += 64;
    }

    return model
        .withArchitecture(architecture.withEmbeddingDimension(dimension))
        .withLoss(LossConfig.paperDefaults());
  }

  private static long stateBytes(Architecture architecture) {
    return (long) COPIES * Float.BYTES * new TwoHeadNetwork(architecture).layout().parametersSize();
  }

  private static long bytes(OnlineTrainer trainer) throws IOException {
    long[] count = new long[1];
    try (ModelSnapshot snapshot = trainer.snapshot()) {
      snapshot.writeTo(
          new OutputStream() {
            @Override
            public void write(int value) {
              count[0]++;
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
              count[0] += length;
            }
          });
    }
    return count[0];
  }
}

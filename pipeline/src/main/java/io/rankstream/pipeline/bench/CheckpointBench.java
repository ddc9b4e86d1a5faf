package io.rankstream.pipeline.bench;

import io.rankstream.model.Architecture;
import io.rankstream.model.Devices;
import io.rankstream.model.LossConfig;
import io.rankstream.model.ModelConfig;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.pipeline.config.JobConfig;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * How long a model can take no step because its state is written, against the step: to nowhere, to
 * a file, and the step itself. The embedding head is made as wide as the state asks for.
 */
public final class CheckpointBench {

  private static final int COPIES = 2; // weights and momentum
  private static final int LARGEST_DIMENSION = 1 << 15;

  private CheckpointBench() {}

  /** Measures step and snapshots in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    JobConfig config = JobConfig.from(plan.settings());
    ModelConfig model = wide(config.model(), plan.megabytes());
    NoiseBatch batch = NoiseBatch.of(config);
    Path file = Files.createTempFile("rankstream-bench", ".snapshot");
    try (OnlineTrainer trainer = OnlineTrainer.create(model, Devices.select(config.device()))) {
      Contest.Work step = () -> trainer.learn(batch.images(), batch.labels());
      step.run();
      String state = "%d MB".formatted(bytes(trainer) / 1_000_000);
      String steps = "checkpoint: step of a model with %s".formatted(state);
      String nowhere = "checkpoint: snapshot of %s to nowhere".formatted(state);
      String disk = "checkpoint: snapshot of %s to a file".formatted(state);
      Map<String, double[]> windows =
          new Contest()
              .add(steps, millis(step))
              .add(nowhere, millis(() -> trainer.writeTo(OutputStream.nullOutputStream())))
              .add(disk, millis(() -> write(trainer, file)))
              .run(plan.rounds());
      windows.forEach((name, values) -> report.add(Figure.of(name, "ms", values)));
      report.addRatio("checkpoint: snapshot to nowhere over step", nowhere, steps);
      report.addRatio("checkpoint: snapshot to a file over step", disk, steps);
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

  private static void write(OnlineTrainer trainer, Path file) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      trainer.writeTo(out);
    }
  }

  /** The smallest embedding head that makes the state at least so large. */
  private static ModelConfig wide(ModelConfig model, int megabytes) {
    Architecture architecture = model.architecture();
    int dimension = architecture.embeddingDimension();
    while (dimension < LARGEST_DIMENSION
        && stateBytes(with(architecture, dimension)) < megabytes * 1_000_000L) {
      dimension += 64;
    }

    return new ModelConfig(
        with(architecture, dimension),
        LossConfig.paperDefaults(),
        model.optimizer(),
        model.batchNorm(),
        model.averageDecay(),
        model.guard(),
        model.seed());
  }

  private static Architecture with(Architecture architecture, int dimension) {
    return new Architecture(
        architecture.backbone(), architecture.input(), dimension, architecture.maxClasses());
  }

  private static long stateBytes(Architecture architecture) {
    return (long) COPIES * Float.BYTES * new TwoHeadNetwork(architecture).layout().parametersSize();
  }

  private static long bytes(OnlineTrainer trainer) throws IOException {
    long[] count = new long[1];
    trainer.writeTo(
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
    return count[0];
  }
}

package io.rankstream.lab.bench;

import ai.djl.Device;
import io.rankstream.model.Devices;
import io.rankstream.model.KebabCase;
import io.rankstream.model.ModelConfig;
import io.rankstream.model.ModelFile;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.TwoHeadModel;
import io.rankstream.model.WeightsCopy;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.network.Precision;
import io.rankstream.model.network.Precisions;
import io.rankstream.pipeline.config.JobConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Embeddings and predictions without training, by batch size: of a trainer's own model in float32,
 * and of the same model from a file, as embedders serve it, with its BatchNorms folded; in bfloat16
 * too where the settings ask for it.
 */
public final class EmbedBench {

  private static final int[] SIZES = {1, 8, 32, 128};

  private final BenchPlan plan;
  private final JobConfig config;
  private final Contest contest = new Contest();

  private EmbedBench(BenchPlan plan) {
    this.plan = plan;
    config = JobConfig.from(plan.settings());
  }

  /** Measures all models and sizes in turn. */
  public static void run(BenchPlan plan, BenchReport report) throws Exception {
    new EmbedBench(plan).measure(report);
  }

  private void measure(BenchReport report) throws Exception {
    Device device = Devices.select(config.device());
    Path file = Files.createTempFile("rankstream-bench-", ".safetensors");
    List<TwoHeadModel> open = new ArrayList<>();
    ModelConfig exact = config.model().withPrecisions(Precisions.float32());
    try (OnlineTrainer trainer = OnlineTrainer.create(exact, device)) {
      NoiseBatch batch = NoiseBatch.of(config);
      trainer.learn(batch.images(), batch.labels()); // gives the model its classes
      write(trainer, file);
      add(trainer.served(), "as trained");
      for (Precision precision : precisions()) {
        TwoHeadModel model = TwoHeadModel.open(ModelFile.read(file), device, precision);
        open.add(model);
        add(model, precision.id());
      }

      Map<String, double[]> windows = contest.run(plan.rounds());
      windows.forEach((name, values) -> report.add(Figure.of(name, plan.unit("images"), values)));
      for (Precision precision : precisions()) {
        for (int size : SIZES) {
          String name = name(size, precision.id());
          report.add(
              Figure.ratio(
                  name + ", over as trained",
                  windows.get(name),
                  windows.get(name(size, "as trained"))));
        }
      }
    } finally {
      open.forEach(TwoHeadModel::close);
      Files.delete(file);
    }
  }

  private void add(TwoHeadModel model, String words) {
    InputSpec input = config.model().input();
    for (int size : SIZES) {
      byte[] pixels = new byte[size * input.pixelsPerImage()];
      new Random(size).nextBytes(pixels);
      PixelBatch images =
          new PixelBatch(size, input.channels(), input.height(), input.width(), pixels);
      Contest.Window batches = plan.window(() -> model.embed(images));
      contest.add(name(size, words), () -> size * batches.measure());
    }
  }

  private List<Precision> precisions() {
    return BenchPlan.compared(config.model().precisions().served());
  }

  private String name(int size, String words) {
    InputSpec input = config.model().input();
    return "embed %s %dx%d, batches of %d, %s"
        .formatted(
            KebabCase.of(config.model().architecture().backbone()),
            input.height(),
            input.width(),
            size,
            words);
  }

  private static void write(OnlineTrainer trainer, Path file) throws IOException {
    try (WeightsCopy copy = trainer.copyWeights("bench", "bench");
        OutputStream out = Files.newOutputStream(file)) {
      copy.writeTo(out);
    }
  }
}

package io.rankstream.lab.bench;

import ai.djl.Device;
import io.rankstream.model.OneShotThread;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.PreparedStep;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.PredictionsFrom;
import io.rankstream.pipeline.tools.dataset.ImageDataset;
import io.rankstream.pipeline.tools.dataset.LabeledExample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The training step alone, on batches that are decoded beforehand: the upper bound for the pace of
 * the job.
 */
public final class BareLoop implements AutoCloseable {

  private static final int BATCHES = 32;
  private static final int WARM_UP = 20;
  private static final int MEASURED = 100;

  private final List<PixelBatch> batches = new ArrayList<>();
  private final List<List<String>> labels = new ArrayList<>();
  private final OnlineTrainer trainer;
  private final boolean predicts;
  private final long embeddings; // of a batch

  /**
   * Decodes the batches.
   *
   * @param order indices of the images, batch after batch
   */
  BareLoop(JobConfig config, Device device, ImageDataset dataset, List<Integer> order)
      throws IOException, ImageRejectedException {
    InputSpec input = config.model().input();
    ImageDecoder decoder = new ImageDecoder(input, config.imageLimits());
    int size = config.batch().size();
    for (int b = 0; b < BATCHES; b++) {
      byte[] pixels = new byte[size * input.pixelsPerImage()];
      List<String> names = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        LabeledExample example = dataset.example(order.get((b * size + i) % order.size()));
        byte[] decoded = decoder.decode(example.encoded());
        System.arraycopy(decoded, 0, pixels, i * decoded.length, decoded.length);
        names.add(example.label());
      }
      batches.add(new PixelBatch(size, input.channels(), input.height(), input.width(), pixels));
      labels.add(names);
    }
    predicts = config.trainer().predictionsFrom() == PredictionsFrom.SERVED;
    embeddings = 1 + Math.round(config.embed().refresh() / (double) size);
    trainer = OnlineTrainer.create(config.model(), device);
  }

  /** Measures steps per second. */
  public static double stepsPerSecond(
      JobConfig config, Device device, ImageDataset dataset, List<Integer> order) throws Exception {
    return OneShotThread.call(
        () -> {
          try (BareLoop loop = new BareLoop(config, device, dataset, order)) {
            for (int step = 0; step < WARM_UP; step++) {
              loop.learn();
            }
            long start = System.nanoTime();
            for (int step = 0; step < MEASURED; step++) {
              loop.learn();
            }
            return MEASURED / ((System.nanoTime() - start) / 1e9);
          }
        });
  }

  /** Takes a step. */
  void learn() {
    int batch = batch();
    trainer.learn(batches.get(batch), labels.get(batch));
  }

  /**
   * Does the job's work on a batch of new images: predicts, as configured in a pass of its own or
   * in that of the step, learns, and embeds the batch and as many images that are embedded again.
   */
  void predictLearnEmbed() {
    int batch = batch();
    if (predicts) {
      trainer.served().predict(batches.get(batch));
    }
    try (PreparedStep step = trainer.prepare(batches.get(batch), labels.get(batch))) {
      if (!predicts) {
        trainer.predicted(step);
      }
      trainer.take(step);
    }
    for (long pass = 0; pass < embeddings; pass++) {
      trainer.served().embed(batches.get(batch));
    }
  }

  @Override
  public void close() {
    trainer.close();
  }

  private int batch() {
    return (int) (trainer.step() % BATCHES);
  }
}

package io.rankstream.pipeline.demo;

import ai.djl.Device;
import io.rankstream.model.InputSpec;
import io.rankstream.model.OnlineTrainer;
import io.rankstream.model.PixelBatch;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.dataset.ImageDataset;
import io.rankstream.pipeline.dataset.LabeledExample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The training step alone, on batches that are decoded beforehand: the ceiling for what the job can
 * reach.
 */
final class BareLoop {

  private static final int BATCHES = 32;
  private static final int WARM_UP = 30;
  private static final int MEASURED = 300;

  private BareLoop() {}

  /** Steps a second. */
  static double stepsPerSecond(
      JobConfig config, Device device, ImageDataset dataset, List<Integer> order)
      throws IOException, ImageRejectedException {
    InputSpec input = config.model().input();
    ImageDecoder decoder = new ImageDecoder(input, config.decode().limits());
    int size = config.batch().classes() * config.batch().imagesPerClass();
    List<PixelBatch> batches = new ArrayList<>();
    List<List<String>> labels = new ArrayList<>();
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

    try (OnlineTrainer trainer = OnlineTrainer.create(config.model(), device)) {
      long start = 0;
      for (int step = 0; step < WARM_UP + MEASURED; step++) {
        if (step == WARM_UP) {
          start = System.nanoTime();
        }
        trainer.learn(batches.get(step % BATCHES), labels.get(step % BATCHES));
      }
      return MEASURED / ((System.nanoTime() - start) / 1e9);
    }
  }
}

package io.rankstream.model;

import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.Normalization;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.Backbone;
import io.rankstream.model.network.BatchNormMode;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.network.Precisions;
import io.rankstream.model.optimize.OptimizerConfig;
import io.rankstream.model.optimize.Schedule;
import io.rankstream.model.step.GuardConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Synthetic batches: each class is a pattern of its own under noise. */
final class Batches {

  private Batches() {}

  static ModelConfig config(Backbone backbone, InputSpec input) {
    return new ModelConfig(
        new Architecture(backbone, input, 32, 20),
        LossConfig.paperDefaults(),
        OptimizerConfig.sgd(0.02, Schedule.constant()),
        BatchNormMode.TRAIN,
        0,
        GuardConfig.defaults(),
        Precisions.float32(),
        7);
  }

  static ModelConfig smallCnn() {
    return config(Backbone.SMALL_CNN, new InputSpec(1, 28, 28, Normalization.HALF_RANGE));
  }

  /** P classes × K images. */
  static PixelBatch pixels(InputSpec input, int pClasses, int kPerClass, long seed) {
    Random random = new Random(seed);
    int size = input.pixelsPerImage();
    byte[] pixels = new byte[pClasses * kPerClass * size];
    for (int image = 0; image < pClasses * kPerClass; image++) {
      int pattern = image / kPerClass;
      for (int i = 0; i < size; i++) {
        int x = i % input.width();
        int y = i / input.width() % input.height();
        double wave = Math.sin((pattern + 1) * 0.25 * x) * Math.cos((pattern % 3 + 1) * 0.3 * y);
        double value = 128 + 80 * wave + 25 * random.nextGaussian();
        pixels[image * size + i] = (byte) Math.max(0, Math.min(255, (int) value));
      }
    }
    return new PixelBatch(
        pClasses * kPerClass, input.channels(), input.height(), input.width(), pixels);
  }

  static List<String> labels(int pClasses, int kPerClass) {
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < pClasses * kPerClass; i++) {
      labels.add("class-" + i / kPerClass);
    }
    return labels;
  }
}

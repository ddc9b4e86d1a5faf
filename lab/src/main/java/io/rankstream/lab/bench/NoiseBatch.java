package io.rankstream.lab.bench;

import io.rankstream.model.image.InputSpec;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.config.JobConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A batch of noise: the cost of a step does not depend on the content of the images.
 *
 * @param images P·K images
 * @param labels labels of the images, K images of each class
 */
public record NoiseBatch(PixelBatch images, List<String> labels) {

  /** A batch with the size and shape of the job's batches. */
  public static NoiseBatch of(JobConfig config) {
    InputSpec input = config.model().input();
    int size = config.batch().size();
    byte[] pixels = new byte[size * input.pixelsPerImage()];
    new Random(0).nextBytes(pixels);
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      labels.add("class-" + i / config.batch().imagesPerClass());
    }

    return new NoiseBatch(
        new PixelBatch(size, input.channels(), input.height(), input.width(), pixels), labels);
  }
}

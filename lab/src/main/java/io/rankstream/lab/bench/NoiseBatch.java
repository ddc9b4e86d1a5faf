package io.rankstream.lab.bench;

import io.rankstream.model.image.InputSpec;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.config.JobConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A batch of noise: what a step costs does not depend on what the images show.
 *
 * @param images P·K images
 * @param labels their labels, K of each
 */
public record NoiseBatch(PixelBatch images, List<String> labels) {

  /** A batch of the size and shape that a job trains on. */
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

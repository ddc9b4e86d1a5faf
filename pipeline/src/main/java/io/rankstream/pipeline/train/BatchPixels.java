package io.rankstream.pipeline.train;

import io.rankstream.model.image.Augmentation;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.PixelLayout;
import java.util.List;

/**
 * Lays the images of a batch out as a model takes them. The augmentation of an image depends on the
 * seed, the number of the batch and the slot alone, so a batch that is trained on again after a
 * failure is augmented alike.
 */
final class BatchPixels {

  private final InputSpec input;
  private final PixelLayout layout;
  private final Augmentation augmentation;
  private final long seed;

  /**
   * @param input shape of the pixels
   * @param augmentation augmentation of training images
   * @param seed seed of the augmentation
   */
  BatchPixels(InputSpec input, Augmentation augmentation, long seed) {
    this.input = input;
    this.layout = new PixelLayout(input);
    this.augmentation = augmentation;
    this.seed = seed;
  }

  /** The images as they are. */
  PixelBatch of(List<BatchImage> images) {
    return layout.of(images.stream().map(BatchImage::image).toList());
  }

  /**
   * The images to train on.
   *
   * @param plain the same images as they are, returned where nothing is augmented
   */
  PixelBatch forTraining(MicroBatch batch, PixelBatch plain) {
    if (augmentation.equals(Augmentation.NONE)) {
      return plain;
    }

    byte[] pixels = layout.room(batch.images().size());
    for (int slot = 0; slot < batch.images().size(); slot++) {
      byte[] image = layout.pixelsOf(batch.images().get(slot).image());
      PixelLayout.put(pixels, slot, augmentation.apply(image, input, seed(batch, slot)));
    }

    return layout.batch(batch.images().size(), pixels);
  }

  private long seed(MicroBatch batch, int slot) {
    return (seed * 31 + batch.number()) * 0x9E3779B97F4A7C15L + slot;
  }
}

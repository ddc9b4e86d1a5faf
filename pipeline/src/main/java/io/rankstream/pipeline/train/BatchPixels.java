package io.rankstream.pipeline.train;

import io.rankstream.model.image.Augmentation;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.BatchImage;
import io.rankstream.pipeline.event.MicroBatch;
import java.util.List;

/**
 * Lays the images of a batch out as a model takes them. The augmentation of an image depends on the
 * seed, the number of the batch and the slot alone, so a batch that is trained on again after a
 * failure is augmented alike.
 */
final class BatchPixels {

  private final InputSpec input;
  private final Augmentation augmentation;
  private final long seed;

  /**
   * @param input shape of the pixels
   * @param augmentation augmentation of training images
   * @param seed seed of the augmentation
   */
  BatchPixels(InputSpec input, Augmentation augmentation, long seed) {
    this.input = input;
    this.augmentation = augmentation;
    this.seed = seed;
  }

  /** The images as they are. */
  PixelBatch of(List<BatchImage> images) {
    byte[] pixels = room(images.size());
    for (int slot = 0; slot < images.size(); slot++) {
      put(pixels, slot, pixelsOf(images.get(slot)));
    }

    return batch(images.size(), pixels);
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

    byte[] pixels = room(batch.images().size());
    for (int slot = 0; slot < batch.images().size(); slot++) {
      byte[] image = pixelsOf(batch.images().get(slot));
      put(pixels, slot, augmentation.apply(image, input, seed(batch, slot)));
    }

    return batch(batch.images().size(), pixels);
  }

  private byte[] room(int images) {
    return new byte[Math.multiplyExact(images, input.pixelsPerImage())];
  }

  private static void put(byte[] pixels, int slot, byte[] image) {
    System.arraycopy(image, 0, pixels, slot * image.length, image.length);
  }

  private byte[] pixelsOf(BatchImage slot) {
    AcceptedImage image = slot.image();
    if (image.sizeBytes() != input.pixelsPerImage()) {
      throw new StateMismatchException(
          "The restored state holds images of %d pixel bytes, but the input of the model has %d (channels x model.height x model.width): set them as they were, or start without the state"
              .formatted(image.sizeBytes(), input.pixelsPerImage()));
    }

    return image.pixels();
  }

  private PixelBatch batch(int images, byte[] pixels) {
    return new PixelBatch(images, input.channels(), input.height(), input.width(), pixels);
  }

  private long seed(MicroBatch batch, int slot) {
    return (seed * 31 + batch.number()) * 0x9E3779B97F4A7C15L + slot;
  }
}

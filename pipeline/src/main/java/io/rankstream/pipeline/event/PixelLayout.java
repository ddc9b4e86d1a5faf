package io.rankstream.pipeline.event;

import io.rankstream.model.image.InputSpec;
import io.rankstream.model.network.PixelBatch;
import java.util.List;

/**
 * Lays images out as a model takes them.
 *
 * @param input shape of the pixels
 */
public record PixelLayout(InputSpec input) {

  /**
   * The images as they are.
   *
   * @throws StateMismatchException when an image has another size than the input of the model
   */
  public PixelBatch of(List<AcceptedImage> images) {
    byte[] pixels = room(images.size());
    for (int i = 0; i < images.size(); i++) {
      put(pixels, i, pixelsOf(images.get(i)));
    }

    return batch(images.size(), pixels);
  }

  /** An array for the pixels of some images. */
  public byte[] room(int images) {
    return new byte[Math.multiplyExact(images, input.pixelsPerImage())];
  }

  /** Copies an image to its place. */
  public static void put(byte[] pixels, int place, byte[] image) {
    System.arraycopy(image, 0, pixels, place * image.length, image.length);
  }

  /**
   * The pixels of an image.
   *
   * @throws StateMismatchException when there are not as many as the input of the model has
   */
  public byte[] pixelsOf(AcceptedImage image) {
    if (image.sizeBytes() != input.pixelsPerImage()) {
      throw new StateMismatchException(
          "The restored state holds images of %d pixel bytes, but the input of the model has %d (channels x model.height x model.width): set them as they were, or start without the state"
              .formatted(image.sizeBytes(), input.pixelsPerImage()));
    }

    return image.pixels();
  }

  /** A batch of pixels that are laid out. */
  public PixelBatch batch(int images, byte[] pixels) {
    return new PixelBatch(images, input.channels(), input.height(), input.width(), pixels);
  }
}

package io.rankstream.pipeline.event;

/**
 * What an input record asks the window of its stream to do, in the order of the input: to take an
 * image, or to forget one.
 *
 * @param key key of the stream of the image, which selects the model
 * @param image the image to take; null to forget one
 * @param forgottenId id of the image to forget; null to take one
 */
public record WindowInput(StreamKey key, AcceptedImage image, String forgottenId) {

  /** Takes an image. */
  public static WindowInput take(AcceptedImage image) {
    return new WindowInput(image.key(), image, null);
  }

  /** Forgets the image with an id, if the window has it, and deletes its embedding. */
  public static WindowInput forget(StreamKey key, String imageId) {
    return new WindowInput(key, null, imageId);
  }

  /** The stream of the image. */
  public String stream() {
    return key.stream();
  }

  /** Whether it asks to forget an image. */
  public boolean forgets() {
    return forgottenId != null;
  }
}

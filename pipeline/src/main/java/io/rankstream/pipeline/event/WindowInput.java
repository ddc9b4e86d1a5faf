package io.rankstream.pipeline.event;

/**
 * What an input record asks the window of its stream to do, in the order of the input: to take an
 * image, or to forget one.
 *
 * @param stream stream of the image, which selects the model
 * @param image the image to take; null to forget one
 * @param forgottenId id of the image to forget; null to take one
 */
public record WindowInput(String stream, AcceptedImage image, String forgottenId) {

  /** Takes an image. */
  public static WindowInput take(AcceptedImage image) {
    return new WindowInput(image.stream(), image, null);
  }

  /** Forgets the image with an id, if the window has it, and deletes its embedding. */
  public static WindowInput forget(String stream, String imageId) {
    return new WindowInput(stream, null, imageId);
  }

  /** Whether it asks to forget an image. */
  public boolean forgets() {
    return forgottenId != null;
  }
}

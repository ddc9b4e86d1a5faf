package io.rankstream.pipeline.event;

/**
 * An image with a valid envelope and header. It holds its input record unchanged: the pixels are
 * not copied before they are decoded, and a dead letter returns the exact input bytes.
 *
 * @param imageId identity of the image
 * @param stream stream of the image, which selects the model
 * @param label class name, or null for an image to embed without training
 * @param eventTime milliseconds since the epoch
 * @param digest CRC-32C of the encoded image, which distinguishes a repeated image from a new one
 * @param origin the input record that holds the image
 */
public record AcceptedImage(
    String imageId, String stream, String label, long eventTime, int digest, RawRecord origin) {

  /** Whether the image can be trained on. */
  public boolean isLabeled() {
    return label != null;
  }

  /** Size of the input record that this image holds, in bytes. */
  public int sizeBytes() {
    return origin.value().length;
  }
}

package io.rankstream.pipeline.event;

/**
 * An image whose envelope and header were found good. It carries its input record unchanged, so
 * that the pixels are never copied out before they are decoded and a dead letter can return the
 * exact bytes that came in.
 *
 * @param imageId identity of the image
 * @param stream stream, and so model, that the image belongs to
 * @param label class name, or null for an image to embed without training
 * @param eventTime milliseconds since the epoch
 * @param digest CRC-32C of the encoded image, which tells a repeated image from a new one
 * @param origin the input record that holds the image
 */
public record AcceptedImage(
    String imageId, String stream, String label, long eventTime, int digest, RawRecord origin) {

  /** Whether the image can be trained on. */
  public boolean isLabeled() {
    return label != null;
  }

  /** Bytes of the input record that this image keeps in memory. */
  public int sizeBytes() {
    return origin.value().length;
  }
}

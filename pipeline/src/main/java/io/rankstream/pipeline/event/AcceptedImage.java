package io.rankstream.pipeline.event;

/**
 * An image that was checked and decoded. Its encoded bytes stay behind: so its size is known before
 * it arrives, and nothing behind can find fault with it.
 *
 * @param imageId identity of the image
 * @param key key of the stream of the image, which selects the model
 * @param label class name, or null for an image to embed without training
 * @param eventTime milliseconds since the epoch
 * @param digest CRC-32C of the encoded image, and of how often it came back from the dead letters;
 *     distinguishes a repeated image from a new one
 * @param pixels uint8, shape {@code [C, H, W]}, the size of the model's input; never changed
 * @param origin where the record with the image stands
 */
@SuppressWarnings(
    "ArrayRecordComponent") // Flink copies primitive arrays fast; the records are never compared
public record AcceptedImage(
    String imageId,
    StreamKey key,
    String label,
    long eventTime,
    int digest,
    byte[] pixels,
    Origin origin) {

  /** The stream of the image. */
  public String stream() {
    return key.stream();
  }

  /** Whether the image can be trained on. */
  public boolean isLabeled() {
    return label != null;
  }

  /** Size of the pixels in bytes, the same for all images of a job. */
  public int sizeBytes() {
    return pixels.length;
  }
}

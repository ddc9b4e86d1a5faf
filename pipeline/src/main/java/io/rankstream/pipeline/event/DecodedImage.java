package io.rankstream.pipeline.event;

/**
 * An image of a decoded batch, without its bytes.
 *
 * @param imageId identity of the image
 * @param label class name, or null
 * @param eventTime milliseconds since the epoch
 * @param topic topic that the image was read from
 * @param partition partition that the image was read from
 * @param offset offset that the image was read from
 * @param fresh true the first time that the image is in a batch
 */
public record DecodedImage(
    String imageId,
    String label,
    long eventTime,
    String topic,
    int partition,
    long offset,
    boolean fresh) {

  /** The image in a slot of a micro-batch, without its bytes. */
  public static DecodedImage of(BatchImage slot) {
    AcceptedImage image = slot.image();
    RawRecord origin = image.origin();
    return new DecodedImage(
        image.imageId(),
        image.label(),
        image.eventTime(),
        origin.topic(),
        origin.partition(),
        origin.offset(),
        slot.fresh());
  }
}

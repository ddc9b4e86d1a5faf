package io.rankstream.pipeline.event;

/**
 * What is to be done with an image, in the order of the input.
 *
 * @param kind what to do
 * @param key key of the stream of the image, which selects the model
 * @param imageId identity of the image in its stream
 * @param image the image; null to forget it
 * @param origin where the record with the image, or with the order to forget it, stands
 * @param epoch number of the epoch that an image is embedded again for; 0 for all others
 */
public record ImageInput(
    Kind kind, StreamKey key, String imageId, AcceptedImage image, Origin origin, long epoch) {

  /** What is to be done. */
  public enum Kind {
    /** To train on the image if it has a label, and to embed it. */
    TAKE,
    /** To embed an image again that the window keeps, since the model has learnt meanwhile. */
    EMBED_AGAIN,
    /** To forget the image with an id, if anybody has it, and to delete its embedding. */
    FORGET,
    /** To embed an image of the input topic for an epoch that is open. */
    SWEEP,
    /** To delete what was embedded of an image for an epoch that is open. */
    SWEEP_FORGET
  }

  /** An image that arrived. */
  public static ImageInput take(AcceptedImage image) {
    return new ImageInput(Kind.TAKE, image.key(), image.imageId(), image, image.origin(), 0);
  }

  /** An image that arrived before, and is trained on. */
  public static ImageInput embedAgain(AcceptedImage image) {
    return new ImageInput(Kind.EMBED_AGAIN, image.key(), image.imageId(), image, image.origin(), 0);
  }

  /**
   * The end of an image.
   *
   * @param origin where the record stands that asks for it
   */
  public static ImageInput forget(StreamKey key, String imageId, Origin origin) {
    return new ImageInput(Kind.FORGET, key, imageId, null, origin, 0);
  }

  /** The same image or deletion, met again when the input topic is read for an epoch. */
  public ImageInput sweptFor(long openEpoch) {
    Kind again = kind == Kind.FORGET ? Kind.SWEEP_FORGET : Kind.SWEEP;
    return new ImageInput(again, key, imageId, image, origin, openEpoch);
  }

  /** The stream of the image. */
  public String stream() {
    return key.stream();
  }

  /** The image over all streams: what its embeddings are keyed by. */
  public String imageKey() {
    return stream() + "\n" + imageId;
  }

  /** Whether it asks to forget an image. */
  public boolean forgets() {
    return kind == Kind.FORGET;
  }

  /** Whether the window has something to do: not for an image without a label. */
  public boolean concernsTraining() {
    return forgets() || image.isLabeled();
  }
}

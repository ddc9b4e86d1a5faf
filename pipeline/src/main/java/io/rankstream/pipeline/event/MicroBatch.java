package io.rankstream.pipeline.event;

import java.util.List;

/**
 * Images of one stream that the window emits and the model processes together; or, in its place in
 * their order, the deletion of one image.
 *
 * @param key key of the stream that the images belong to
 * @param number position of the batch among the batches of its stream, from 0; of a deletion, which
 *     has no position, -1
 * @param purpose use of the batch
 * @param images the slots, grouped by class when the purpose is training; none in a deletion
 * @param deletedId id of the image that a deletion ends; null in a batch
 */
public record MicroBatch(
    StreamKey key, long number, Purpose purpose, List<BatchImage> images, String deletedId) {

  /** Use of a batch. */
  public enum Purpose {
    /** A fine-tuning step, then embeddings from the updated weights. */
    TRAIN,
    /** Embeddings from the current weights. */
    EMBED,
    /** No images: the embedding of an image is deleted. */
    DELETE
  }

  /** A batch of images. */
  public MicroBatch(StreamKey key, long number, Purpose purpose, List<BatchImage> images) {
    this(key, number, purpose, images, null);
  }

  /** The deletion of an image, behind all batches that the window emitted with it. */
  public static MicroBatch deletion(StreamKey key, String imageId) {
    return new MicroBatch(key, -1, Purpose.DELETE, List.of(), imageId);
  }

  /** The stream that the images belong to. */
  public String stream() {
    return key.stream();
  }

  /** The same batch with another use, of some of its images. */
  public MicroBatch with(Purpose use, List<BatchImage> some) {
    return new MicroBatch(key, number, use, some);
  }
}

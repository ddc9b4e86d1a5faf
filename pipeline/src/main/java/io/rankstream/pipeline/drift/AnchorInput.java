package io.rankstream.pipeline.drift;

import io.rankstream.pipeline.event.StreamKey;

/**
 * What the anchors of a stream have to know of its images, in the order of the input.
 *
 * @param kind what happened to the image
 * @param key key of its stream
 * @param imageId identity of the image in its stream
 * @param label its class; null for {@link Kind#FORGET}
 * @param digest tells another content under the id; 0 for {@link Kind#FORGET}
 * @param pixels uint8, shape {@code [C, H, W]}, never changed; null where the image is not offered
 */
@SuppressWarnings(
    "ArrayRecordComponent") // Flink copies primitive arrays fast; the records are never compared
public record AnchorInput(
    Kind kind, StreamKey key, String imageId, String label, int digest, byte[] pixels) {

  /** What happened to an image. */
  public enum Kind {
    /** It came, and may become an anchor. */
    OFFER,
    /** It came: an anchor with its id and another content is no more. */
    PASS,
    /** It is to be forgotten. */
    FORGET
  }
}

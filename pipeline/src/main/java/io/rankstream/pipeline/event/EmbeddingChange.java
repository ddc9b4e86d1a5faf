package io.rankstream.pipeline.event;

import io.rankstream.schemas.ImageEmbedding;

/**
 * A change of what consumers know of an image: a new embedding, or its end.
 *
 * @param stream stream of the image
 * @param imageId id of the image in its stream
 * @param embedding the embedding that replaces the one before; null when the image is deleted
 * @param only version whose embedding alone is deleted; null otherwise
 */
public record EmbeddingChange(
    String stream, String imageId, ImageEmbedding embedding, VersionRank only) {

  /** A new embedding of an image. */
  public static EmbeddingChange to(ImageEmbedding embedding) {
    return new EmbeddingChange(embedding.getStream(), embedding.getImageId(), embedding, null);
  }

  /** The end of an image. */
  public static EmbeddingChange deletion(String stream, String imageId) {
    return new EmbeddingChange(stream, imageId, null, null);
  }

  /** The end of what one version embedded of an image; that of other versions stays. */
  public static EmbeddingChange deletion(String stream, String imageId, VersionRank only) {
    return new EmbeddingChange(stream, imageId, null, only);
  }

  /** Whether the image is deleted. */
  public boolean isDeletion() {
    return embedding == null;
  }
}

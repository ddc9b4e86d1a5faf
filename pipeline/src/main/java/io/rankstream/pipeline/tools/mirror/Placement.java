package io.rankstream.pipeline.tools.mirror;

import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Decides which collections of a vector store the records of a stream go to. */
public interface Placement {

  /** The collection of an embedding. */
  String collectionOf(ImageEmbedding embedding) throws IOException, InterruptedException;

  /**
   * The collections that a deletion goes to.
   *
   * @param only version whose embedding alone is deleted; empty for the whole image
   */
  Collection<String> collectionsOf(Optional<VersionRank> only);

  /** A placement of all embeddings in one collection. */
  static Placement in(String collection) {
    return new Placement() {
      @Override
      public String collectionOf(ImageEmbedding embedding) {
        return collection;
      }

      @Override
      public Collection<String> collectionsOf(Optional<VersionRank> only) {
        return List.of(collection);
      }
    };
  }
}

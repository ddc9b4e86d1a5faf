package io.rankstream.pipeline.tools.mirror;

import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** Decides which collections of a vector store the records of a stream go to. */
public interface Placement {

  /** The collection of an embedding. */
  String collectionOf(ImageEmbedding embedding) throws IOException, InterruptedException;

  /** The collections that may hold an image: a deletion goes to all of them. */
  Collection<String> collections();

  /** A placement of all embeddings in one collection. */
  static Placement in(String collection) {
    return new Placement() {
      @Override
      public String collectionOf(ImageEmbedding embedding) {
        return collection;
      }

      @Override
      public Collection<String> collections() {
        return List.of(collection);
      }
    };
  }
}

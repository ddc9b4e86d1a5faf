package io.rankstream.pipeline.tools.mirror;

import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;

/** The collections and aliases of a vector store. Each method may be called again. */
public interface CollectionStore {

  /**
   * Creates a collection if there is none of the name.
   *
   * @param first an embedding that it will hold, for dimension and metric
   */
  void create(String collection, ImageEmbedding first) throws IOException, InterruptedException;

  /** Lets an alias name a collection and no other, in one step. */
  void point(String alias, String collection) throws IOException, InterruptedException;

  /** Deletes a collection if there is one of the name. */
  void drop(String collection) throws IOException, InterruptedException;
}

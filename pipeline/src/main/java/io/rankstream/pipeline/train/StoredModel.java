package io.rankstream.pipeline.train;

import io.rankstream.model.ModelSnapshot;

/**
 * A model in a checkpoint or savepoint.
 *
 * @param snapshot the model; closed with this
 * @param lineage timeline of the model
 */
public record StoredModel(ModelSnapshot snapshot, String lineage) implements AutoCloseable {

  @Override
  public void close() {
    snapshot.close();
  }
}

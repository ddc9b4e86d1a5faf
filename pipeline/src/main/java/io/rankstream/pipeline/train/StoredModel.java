package io.rankstream.pipeline.train;

import io.rankstream.model.ModelSnapshot;

/**
 * A model in a checkpoint or savepoint.
 *
 * @param snapshot the model; closed with this
 * @param lineage timeline of the model
 * @param threads PyTorch's threads in the process that wrote it
 */
public record StoredModel(ModelSnapshot snapshot, String lineage, int threads)
    implements AutoCloseable {

  @Override
  public void close() {
    snapshot.close();
  }
}

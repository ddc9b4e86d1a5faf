package io.rankstream.pipeline.publish;

import io.rankstream.model.WeightsCopy;
import io.rankstream.schemas.PrequentialFigures;

/**
 * A version that waits to be written: its weights and what is announced with them.
 *
 * @param weights copy of the weights; closed with this
 * @param ledger versions of the same stream
 * @param parentLineage lineage that the one of the weights began in; empty for none
 * @param parentVersion step of the parent that it began at
 * @param accuracy figures of the model at this step
 * @param capturedAt wall-clock time in milliseconds
 */
public record CapturedVersion(
    WeightsCopy weights,
    VersionLedger ledger,
    String parentLineage,
    long parentVersion,
    PrequentialFigures accuracy,
    long capturedAt)
    implements NewestOfEach.Captured {

  @Override
  public String stream() {
    return weights.provenance().stream();
  }

  @Override
  public void close() {
    weights.close();
  }
}

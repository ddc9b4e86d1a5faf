package io.rankstream.pipeline.publish;

import io.rankstream.model.WeightsCopy;

/**
 * A version for the embedders that waits to be written.
 *
 * @param weights copy of the weights; closed with this
 * @param ledger what the embedders of the stream were told
 * @param start identity of the start of the job that the lineage of the weights belongs to
 */
public record CapturedWeights(WeightsCopy weights, PointerLedger ledger, String start)
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

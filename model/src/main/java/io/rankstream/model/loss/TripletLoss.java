package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;

/**
 * Triplet loss {@code max(0, d(a,p) − d(a,n) + margin)}, or softplus of the difference, over the
 * triplets that a miner picks.
 */
final class TripletLoss implements EmbeddingLoss {

  private final PairwiseDistance distance;
  private final TripletMiner miner;
  private final Margin margin;
  private final Reducer reducer;

  TripletLoss(PairwiseDistance distance, TripletMiner miner, Margin margin, Reducer reducer) {
    this.distance = distance;
    this.miner = miner;
    this.margin = margin;
    this.reducer = reducer;
  }

  /**
   * {@inheritDoc} Without any triplet (one class, or no two images of a class) loss and counts are
   * 0.
   */
  @Override
  public RankingOutcome of(NDArray embeddings, NDArray labels, int classes) {
    NDArray distances = distance.of(embeddings);
    Triplets triplets = miner.mine(distances.stopGradient(), labels);
    NDArray flat = distances.flatten();
    NDArray difference =
        flat.gather(triplets.positive(), 0).sub(flat.gather(triplets.negative(), 0));
    NDArray values = Hinge.of(difference, margin).mul(triplets.mask());
    NDArray active = Hinge.active(values);
    NDArray divisor = reducer.divisor(triplets.count(), active).clip(1, LabelPairs.BEYOND);
    return new RankingOutcome(values.sum().div(divisor), active, triplets.mask().sum());
  }
}

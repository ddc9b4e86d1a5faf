package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.rankstream.model.Margin;

/**
 * Triplet loss {@code max(0, d(a,p) − d(a,n) + margin)}, or softplus of the difference, averaged
 * over all mined triplets with the inactive ones among them (paper code, ranking/triplet_semi.py).
 */
public final class TripletLoss {

  private static final double NO_BOUND = 3e38;

  private final PairwiseDistance distance;
  private final TripletMiner miner;
  private final Margin margin;

  public TripletLoss(PairwiseDistance distance, TripletMiner miner, Margin margin) {
    this.distance = distance;
    this.miner = miner;
    this.margin = margin;
  }

  /**
   * The loss of a batch.
   *
   * @param embeddings {@code [N, D]}
   * @param labels int64, {@code [N]}
   * @return the mean and the counts; without any triplet (one class, or no two images of a class)
   *     all are 0
   */
  public RankingOutcome of(NDArray embeddings, NDArray labels) {
    NDArray distances = distance.of(embeddings);
    Triplets triplets = miner.mine(distances.stopGradient(), labels);
    NDArray toNegative = distances.gather(triplets.negative(), 1);
    NDArray values = perTriplet(distances.sub(toNegative)).mul(triplets.mask());
    NDArray count = triplets.mask().sum();
    NDArray active = values.stopGradient().gt(0).toType(DataType.FLOAT32, false).sum();
    return new RankingOutcome(values.sum().div(count.clip(1, NO_BOUND)), active, count);
  }

  private NDArray perTriplet(NDArray difference) {
    if (!margin.isSoft()) {
      return difference.add(margin.value()).getNDArrayInternal().relu();
    }

    // log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)) does not overflow
    return difference.getNDArrayInternal().relu().add(difference.abs().neg().exp().add(1).log());
  }
}

package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * Magnet loss: pushes the clusters of other classes out of each image's neighbourhood, in units of
 * the clusters' spread.
 *
 * <p>With cluster means μ and their common variance σ², image i has the loss {@code max(0, d(i,
 * μ_own)/2σ² + α + log Σ_other exp(−d(i, μ_other)/2σ²))} with squared distances. Means and variance
 * are those of the batch (the paper's stochastic form, equation 5), and each class is one cluster.
 *
 * @see <a href="https://arxiv.org/abs/1511.05939">Rippel et al. 2016, Metric Learning with Adaptive
 *     Density Discrimination</a>
 */
final class MagnetLoss implements EmbeddingLoss {

  private static final double LEAST_VARIANCE = 1e-6;

  private final Margin margin;

  /**
   * @param margin α; a soft margin uses softplus instead of the hinge
   */
  MagnetLoss(Margin margin) {
    this.margin = margin;
  }

  @Override
  public RankingOutcome of(NDArray embeddings, NDArray labels, int classes) {
    NDManager manager = labels.getManager();
    DataType type = embeddings.getDataType();
    long count = labels.size();
    LabelPairs pairs = LabelPairs.of(labels);

    NDArray same = pairs.same().toType(type, false);
    NDArray sizes = same.sum(new int[] {1}, true);
    NDArray means = same.matMul(embeddings).div(sizes); // row j: the mean of the cluster of image j
    NDArray squared = PairwiseDistance.squaredBetween(embeddings, means);
    NDArray own = embeddings.sub(means).square().sum(new int[] {1}, true);
    NDArray degrees = manager.full(new Shape(), (float) Math.max(1, count - 1), type);
    NDArray variance = own.sum().div(degrees).clip(LEAST_VARIANCE, LabelPairs.BEYOND);
    NDArray twice = variance.add(variance);

    // A cluster has one column for each of its images: each column counts for its share.
    NDArray closeness = squared.div(twice).neg().sub(sizes.log().transpose());
    NDArray others =
        NDArrays.where(
            pairs.other(), closeness, manager.full(closeness.getShape(), -LabelPairs.BEYOND, type));
    NDArray largest = others.stopGradient().max(new int[] {1}, true);
    NDArray logSum = others.sub(largest).exp().sum(new int[] {1}, true).log().add(largest);

    NDArray difference = own.div(twice).add(logSum);
    NDArray values = Hinge.of(difference, margin);
    NDArray active = Hinge.active(values);
    NDArray compared = pairs.hasNegative().toType(type, false).sum();
    return new RankingOutcome(values.mean(), active, compared);
  }
}

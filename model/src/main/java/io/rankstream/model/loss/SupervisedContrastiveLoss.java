package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

/**
 * Supervised contrastive loss: for each anchor the mean of {@code −log(exp(s·p / T) / Σ exp(s·a /
 * T))} over its positives p, where the sum is over all other images a of the batch and {@code s·p}
 * is the product of two embeddings. The loss is the mean over the anchors that have a positive.
 *
 * @see <a href="https://arxiv.org/abs/2004.11362">Khosla et al. 2020, Supervised Contrastive
 *     Learning, equation 2</a>
 */
final class SupervisedContrastiveLoss implements EmbeddingLoss {

  private final double temperature;

  /**
   * @param temperature T, above 0
   */
  SupervisedContrastiveLoss(double temperature) {
    this.temperature = temperature;
  }

  /**
   * {@inheritDoc} The count is that of the pairs of anchor and positive; without one, or without a
   * second class, loss and counts are 0.
   */
  @Override
  public RankingOutcome of(NDArray embeddings, NDArray labels, int classes) {
    NDManager manager = labels.getManager();
    DataType type = embeddings.getDataType();
    LabelPairs pairs = LabelPairs.of(labels);
    NDArray divisor = manager.create(temperature).toType(type, false);
    NDArray similarity = embeddings.matMul(embeddings.transpose()).div(divisor);

    NDArray logProbability = similarity.sub(logSumOfOthers(similarity, pairs));
    NDArray positive =
        pairs.positive().toType(type, false).mul(pairs.hasNegative().toType(type, false));
    NDArray values = logProbability.neg().mul(positive);
    NDArray positives = positive.sum(new int[] {1});
    NDArray ofAnchors = values.sum(new int[] {1}).div(positives.clip(1, LabelPairs.BEYOND));
    NDArray anchors = positives.gt(0).toType(type, false).sum();
    return new RankingOutcome(
        ofAnchors.sum().div(anchors.clip(1, LabelPairs.BEYOND)),
        Hinge.active(values),
        positive.sum());
  }

  /** Log of the sum of the exponentials of each row without the diagonal, {@code [N, 1]}. */
  private static NDArray logSumOfOthers(NDArray similarity, LabelPairs pairs) {
    NDArray others =
        NDArrays.where(
            pairs.diagonal(),
            similarity
                .getManager()
                .full(similarity.getShape(), -LabelPairs.BEYOND, similarity.getDataType()),
            similarity);
    NDArray largest = others.stopGradient().max(new int[] {1}, true);
    return others.sub(largest).exp().sum(new int[] {1}, true).log().add(largest);
  }
}

package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;

/**
 * Multi-similarity loss: for each anchor {@code log(1 + Σ exp(−α(s − λ))) / α} over its hard
 * positives plus {@code log(1 + Σ exp(β(s − λ))) / β} over its hard negatives, where s is the
 * product of two embeddings; the mean over the batch. A negative is hard where it is more similar
 * than the least similar positive, a positive where it is less similar than the most similar
 * negative, both with a tolerance of ε.
 *
 * <p>α = 2, β = 50, λ = 0.5 and ε = 0.1, close to the authors' code. They suit embeddings of unit
 * length alone.
 *
 * @see <a href="https://arxiv.org/abs/1904.06627">Wang et al. 2019, Multi-Similarity Loss with
 *     General Pair Weighting for Deep Metric Learning, equations 10, 11 and 15</a>
 */
final class MultiSimilarityLoss implements EmbeddingLoss {

  private static final double POSITIVE_SCALE = 2; // α
  private static final double NEGATIVE_SCALE = 50; // β
  private static final double BASE = 0.5; // λ
  private static final double TOLERANCE = 0.1; // ε

  /**
   * {@inheritDoc} The count is that of the anchors with a positive and a negative; without one,
   * loss and counts are 0.
   */
  @Override
  public RankingOutcome of(NDArray embeddings, NDArray labels, int classes) {
    DataType type = embeddings.getDataType();
    LabelPairs pairs = LabelPairs.of(labels);
    NDArray positive = pairs.positive();
    NDArray similarity = embeddings.matMul(embeddings.transpose());
    NDArray seen = similarity.stopGradient();
    NDArray hardPositive =
        positive.logicalAnd(seen.sub(TOLERANCE).lt(largest(seen, pairs.other())));
    NDArray hardNegative =
        pairs.other().logicalAnd(seen.add(TOLERANCE).gt(largest(seen.neg(), positive).neg()));

    NDArray difference = similarity.sub(BASE);
    NDArray values =
        softSum(difference, hardPositive, -POSITIVE_SCALE)
            .add(softSum(difference, hardNegative, NEGATIVE_SCALE));
    NDArray hasPositive = positive.toType(type, false).max(new int[] {1}, true);
    NDArray compared = hasPositive.mul(pairs.hasNegative().toType(type, false));
    return new RankingOutcome(values.mean(), Hinge.active(values), compared.sum());
  }

  /** The largest value of each row under a mask, {@code [N, 1]}; far below all where none is. */
  private static NDArray largest(NDArray values, NDArray mask) {
    NDArray none =
        values.getManager().full(values.getShape(), -LabelPairs.BEYOND, values.getDataType());
    return NDArrays.where(mask, values, none).max(new int[] {1}, true);
  }

  /** {@code log(1 + Σ exp(scale · x)) / |scale|} of each row under a mask, {@code [N]}. */
  private static NDArray softSum(NDArray x, NDArray mask, double scale) {
    NDManager manager = x.getManager();
    DataType type = x.getDataType();
    NDArray factor = manager.create(scale).toType(type, false);
    NDArray size = manager.create(Math.abs(scale)).toType(type, false);
    return x.mul(factor)
        .exp()
        .mul(mask.toType(type, false))
        .sum(new int[] {1})
        .add(1)
        .log()
        .div(size);
  }
}

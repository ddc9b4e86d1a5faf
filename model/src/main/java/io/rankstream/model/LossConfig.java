package io.rankstream.model;

import java.io.Serializable;

/**
 * The total loss: {@code cross-entropy + lambda · ranking}.
 *
 * @param ranking loss on the embedding head
 * @param lambda weight of the ranking loss, at least 0
 * @param margin margin of the ranking loss
 * @param squaredDistance squared Euclidean distance as in the paper, or plain Euclidean
 */
public record LossConfig(RankingLoss ranking, double lambda, Margin margin, boolean squaredDistance)
    implements Serializable {

  public LossConfig {
    if (!Double.isFinite(lambda) || lambda < 0) {
      throw new IllegalArgumentException(
          "Invalid lambda: %s (must be at least 0)".formatted(lambda));
    }
  }

  /** Semi-hard triplets, λ = 1, margin 0.2 on squared distances of unit vectors. */
  public static LossConfig paperDefaults() {
    return new LossConfig(RankingLoss.TRIPLET_SEMI_HARD, 1.0, Margin.of(0.2), true);
  }
}

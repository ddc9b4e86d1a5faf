package io.rankstream.model.loss;

/** Ranking losses on the embedding head. */
public enum RankingLoss {
  /** No ranking loss: the embedding head stays as it was initialised. */
  NONE(0),
  /** Triplet loss with semi-hard negatives and the paper's fallback order. */
  TRIPLET_SEMI_HARD(1),
  /** Triplet loss with the farthest positive and the nearest negative of each anchor. */
  TRIPLET_HARD(1),
  /** Triplet loss over all triplets of the batch. */
  TRIPLET_ALL(1),
  /** Distance to the centre of the own class, which follows the embeddings. */
  CENTER(0.003),
  /** A margin between the own centre and the nearest other centre. */
  TRIPLET_CENTER(1),
  /** Pushes the clusters of other classes out of each image's neighbourhood. */
  MAGNET(1),
  /** Each positive of an anchor against all other images, by softmax. */
  SUPERVISED_CONTRASTIVE(1),
  /** Hard positives and hard negatives of each anchor, weighted by their similarities. */
  MULTI_SIMILARITY(1);

  private final double defaultLambda;

  RankingLoss(double defaultLambda) {
    this.defaultLambda = defaultLambda;
  }

  /** The weight of the loss where none is given: the paper's for the triplet and center losses. */
  public double defaultLambda() {
    return defaultLambda;
  }
}

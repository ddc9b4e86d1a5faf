package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import java.util.function.Supplier;

/** Makes the ranking loss of a configuration. */
public final class EmbeddingLosses {

  private EmbeddingLosses() {}

  /**
   * The loss of a configuration.
   *
   * @param centers makes the table of centres, {@code [classes, D]}; called only for losses that
   *     have centres
   * @return empty without a ranking loss
   */
  public static Optional<EmbeddingLoss> of(LossConfig config, Supplier<NDArray> centers) {
    return Optional.ofNullable(
        switch (config.ranking()) {
          case NONE -> null;
          case TRIPLET_SEMI_HARD -> triplets(config, new SemiHardMiner());
          case TRIPLET_HARD -> triplets(config, new BatchHardMiner());
          case TRIPLET_ALL -> triplets(config, new BatchAllMiner());
          case CENTER -> new CenterLoss(new Centers(centers.get(), config.centerRate()));
          case TRIPLET_CENTER ->
              new TripletCenterLoss(
                  new Centers(centers.get(), config.centerRate()), config.margin());
          case MAGNET -> new MagnetLoss(config.margin());
          case SUPERVISED_CONTRASTIVE -> new SupervisedContrastiveLoss(config.temperature());
          case MULTI_SIMILARITY -> new MultiSimilarityLoss();
        });
  }

  private static EmbeddingLoss triplets(LossConfig config, TripletMiner miner) {
    PairwiseDistance distance =
        config.squaredDistance() ? PairwiseDistance.SQUARED_EUCLIDEAN : PairwiseDistance.EUCLIDEAN;
    return new TripletLoss(distance, miner, config.margin(), config.reducer());
  }
}

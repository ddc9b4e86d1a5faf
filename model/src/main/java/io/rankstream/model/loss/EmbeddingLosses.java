package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Makes the loss on the embedding head that a configuration asks for. */
public final class EmbeddingLosses {

  private EmbeddingLosses() {}

  /**
   * @param centers makes the table of centres, {@code [classes, D]}; asked only by losses that have
   *     centres
   * @param classes number of classes met so far
   * @return empty for softmax alone
   */
  public static Optional<EmbeddingLoss> of(
      LossConfig config, Supplier<NDArray> centers, IntSupplier classes) {
    return Optional.ofNullable(
        switch (config.ranking()) {
          case NONE -> null;
          case TRIPLET_SEMI_HARD -> triplets(config, new SemiHardMiner());
          case TRIPLET_HARD -> triplets(config, BatchHardMiner.overAllAnchors());
          case TRIPLET_ALL -> triplets(config, new BatchAllMiner());
          case CENTER -> new CenterLoss(new Centers(centers.get(), config.centerRate()));
          case TRIPLET_CENTER ->
              new TripletCenterLoss(
                  new Centers(centers.get(), config.centerRate()), classes, config.margin());
          case MAGNET -> new MagnetLoss(config.margin());
        });
  }

  private static EmbeddingLoss triplets(LossConfig config, TripletMiner miner) {
    PairwiseDistance distance =
        config.squaredDistance() ? PairwiseDistance.SQUARED_EUCLIDEAN : PairwiseDistance.EUCLIDEAN;
    return new TripletLoss(distance, miner, config.margin(), config.reducer());
  }
}

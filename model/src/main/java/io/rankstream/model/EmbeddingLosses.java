package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import io.rankstream.model.loss.BatchAllMiner;
import io.rankstream.model.loss.BatchHardMiner;
import io.rankstream.model.loss.CenterLoss;
import io.rankstream.model.loss.Centers;
import io.rankstream.model.loss.EmbeddingLoss;
import io.rankstream.model.loss.MagnetLoss;
import io.rankstream.model.loss.PairwiseDistance;
import io.rankstream.model.loss.SemiHardMiner;
import io.rankstream.model.loss.TripletCenterLoss;
import io.rankstream.model.loss.TripletLoss;
import io.rankstream.model.loss.TripletMiner;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Makes the loss on the embedding head that a configuration asks for. */
final class EmbeddingLosses {

  private EmbeddingLosses() {}

  /**
   * @param centers makes the table of centres, {@code [classes, D]}; asked only by losses that have
   *     centres
   * @param classes number of classes met so far
   * @return empty for softmax alone
   */
  static Optional<EmbeddingLoss> of(
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

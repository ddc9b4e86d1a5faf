package io.rankstream.lab.cli;

import io.rankstream.model.loss.RankingLoss;
import io.rankstream.pipeline.cli.EnumConverter;
import java.util.Map;

/** Reads ranking losses by the names that tables and reports print for them, and by older ones. */
final class LossConverter extends EnumConverter<RankingLoss> {

  LossConverter() {
    super(
        RankingLoss.class,
        Map.of("softmax", RankingLoss.NONE, "triplet-semihard", RankingLoss.TRIPLET_SEMI_HARD));
  }
}

package io.rankstream.model.loss;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.model.golden.GoldenCase;
import io.rankstream.model.network.UnitLength;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SemiHardMinerTest {

  /** The golden file lists the negative of each pair, found by explicit loops. */
  @ParameterizedTest
  @MethodSource("withoutTies")
  void picksTheNegativeThatExplicitMiningPicks(GoldenCase golden) {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray raw = golden.array(manager, "embeddings");
      NDArray embeddings = golden.param("normalize").asBoolean() ? UnitLength.of(raw) : raw;
      PairwiseDistance distance =
          golden.param("squared").asBoolean()
              ? PairwiseDistance.SQUARED_EUCLIDEAN
              : PairwiseDistance.EUCLIDEAN;
      int count = (int) raw.getShape().get(0);

      Triplets triplets = new SemiHardMiner().mine(distance.of(embeddings), golden.labels(manager));

      long[] negatives = triplets.negative().toLongArray();
      double[] mask = triplets.mask().toDoubleArray();
      int mined = 0;
      for (JsonNode pair : golden.expected("pairs_a_p_n_category")) {
        int place = pair.get(0).asInt() * count + pair.get(1).asInt();
        if (pair.get(3).asText().equals("none")) {
          assertThat(mask[place]).as("%s %s", golden, pair).isZero();
        } else {
          assertThat(mask[place]).as("%s %s", golden, pair).isEqualTo(1);
          assertThat(negatives[place])
              .as("%s %s", golden, pair)
              .isEqualTo((long) pair.get(0).asInt() * count + pair.get(2).asLong());
          mined++;
        }
      }
      assertThat(triplets.mask().sum().toDoubleArray()[0]).isEqualTo(mined);
    }
  }

  static Stream<GoldenCase> withoutTies() {
    return GoldenCase.of("triplet_semihard_fallback")
        .filter(each -> each.toString().endsWith("float64"))
        .filter(each -> !each.field("checks").get("tie_in_selection").asBoolean());
  }
}

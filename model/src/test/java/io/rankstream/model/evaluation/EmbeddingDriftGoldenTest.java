package io.rankstream.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rankstream.model.golden.GoldenCase;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reference values by singular value decomposition. */
class EmbeddingDriftGoldenTest {

  @ParameterizedTest
  @MethodSource("cases")
  void driftIsGolden(GoldenCase golden) {
    EmbeddingDrift drift =
        EmbeddingDrift.between(
            RetrievalGoldenTest.vectors(golden.field("older")),
            RetrievalGoldenTest.vectors(golden.field("newer")),
            RetrievalGoldenTest.integers(golden.field("labels")));

    assertThat(drift.cosineShift()).isCloseTo(expected(golden, "cosine_shift"), within(1e-12));
    assertThat(drift.overlap()).isCloseTo(expected(golden, "overlap"), within(1e-12));
    assertThat(drift.recallWithin()).isCloseTo(expected(golden, "recall_within"), within(1e-12));
    assertThat(drift.recallAcross()).isCloseTo(expected(golden, "recall_across"), within(1e-12));
    assertThat(drift.recallMapped()).isCloseTo(expected(golden, "recall_mapped"), within(1e-12));
    assertThat(drift.residual()).isCloseTo(expected(golden, "residual"), within(1e-6));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void mapIsGolden(GoldenCase golden) {
    OrthogonalMap map =
        OrthogonalMap.fit(
            RetrievalGoldenTest.vectors(golden.field("older")),
            RetrievalGoldenTest.vectors(golden.field("newer")));

    List<float[]> rows = RetrievalGoldenTest.vectors(golden.expected("map"));
    for (int i = 0; i < rows.size(); i++) {
      float[] direction = new float[rows.size()];
      direction[i] = 1;
      assertThat(map.apply(direction)).containsExactly(rows.get(i), within(1e-5f));
    }
  }

  static Stream<GoldenCase> cases() {
    return GoldenCase.of("metric_drift").filter(each -> each.toString().endsWith("float64"));
  }

  private static double expected(GoldenCase golden, String figure) {
    return golden.expected(figure).asDouble();
  }
}

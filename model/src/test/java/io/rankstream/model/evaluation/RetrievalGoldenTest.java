package io.rankstream.model.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.model.golden.GoldenCase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RetrievalGoldenTest {

  @ParameterizedTest
  @MethodSource("recall")
  void recallIsGolden(GoldenCase golden) {
    RecallAtK recall =
        new RecallAtK(vectors(golden.field("embeddings")), integers(golden.field("labels")));

    SortedMap<Integer, Double> at = recall.at(List.of(1, 2, 4, 8));

    at.forEach(
        (k, value) ->
            assertThat(value)
                .as("%s, K = %d", golden, k)
                .isCloseTo(
                    golden.expected("recall_all_queries").get(k.toString()).asDouble(),
                    within(1e-9)));
  }

  @ParameterizedTest
  @MethodSource("mutualInformation")
  void normalizedMutualInformationIsGolden(GoldenCase golden) {
    double nmi =
        NormalizedMutualInformation.of(
            integers(golden.field("labels")), integers(golden.field("clusters")));

    assertThat(nmi).isCloseTo(golden.expected("nmi_arithmetic").asDouble(), within(1e-9));
  }

  @ParameterizedTest
  @MethodSource("partitions")
  void partitionIsGolden(GoldenCase golden) {
    int k = golden.param("k").asInt();

    KMeans.Partition partition = new KMeans(k, 10, 0).of(vectors(golden.field("points")));

    assertThat(canonical(partition.assignments()))
        .isEqualTo(integers(golden.expected("canonical_partition")));
    assertThat(partition.inertia())
        .isCloseTo(golden.expected("inertia").asDouble(), Percentage.withPercentage(1e-4));
    assertThat(
            NormalizedMutualInformation.of(
                integers(golden.field("labels")), partition.assignments()))
        .isCloseTo(golden.expected("nmi_arithmetic").asDouble(), within(1e-9));
  }

  private static Stream<GoldenCase> once(String file) {
    return GoldenCase.of(file).filter(each -> each.toString().endsWith("float64"));
  }

  static Stream<GoldenCase> recall() {
    return once("metric_recall_at_k");
  }

  static Stream<GoldenCase> mutualInformation() {
    return once("metric_nmi");
  }

  static Stream<GoldenCase> partitions() {
    return once("metric_kmeans");
  }

  static int[] integers(JsonNode node) {
    int[] values = new int[node.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = node.get(i).asInt();
    }
    return values;
  }

  static List<float[]> vectors(JsonNode node) {
    List<float[]> vectors = new ArrayList<>();
    for (JsonNode row : node) {
      float[] vector = new float[row.size()];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = row.get(i).floatValue();
      }
      vectors.add(vector);
    }
    return vectors;
  }

  /** Clusters named in the order of their first point. */
  private static int[] canonical(int[] assignments) {
    Map<Integer, Integer> names = new HashMap<>();
    int[] renamed = new int[assignments.length];
    for (int i = 0; i < renamed.length; i++) {
      names.putIfAbsent(assignments[i], names.size());
      renamed[i] = names.get(assignments[i]);
    }
    return renamed;
  }
}

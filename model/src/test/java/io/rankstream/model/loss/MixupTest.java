package io.rankstream.model.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.model.golden.GoldenCase;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MixupTest {

  private static final MixupConfig ALWAYS = new MixupConfig(0.4, 1);

  @ParameterizedTest
  @MethodSource("golden")
  void drawsTheWeightsAndPartnersOfTheReference(GoldenCase golden) {
    MixupConfig config =
        new MixupConfig(golden.param("alpha").asDouble(), golden.param("share").asDouble());
    for (JsonNode step : golden.expected("steps")) {
      Optional<Mixup> mixup =
          Mixup.of(config, golden.param("seed").asLong(), step.get("step").asLong(), 8);

      if (step.get("weight").isNull()) {
        assertThat(mixup).as(step.toString()).isEmpty();
      } else {
        assertThat(mixup.orElseThrow().weight())
            .isCloseTo(step.get("weight").asDouble(), within(1e-15));
        assertThat(mixup.orElseThrow().partners())
            .isEqualTo(
                LongStream.range(0, 8)
                    .map(i -> step.get("partners").get((int) i).asLong())
                    .toArray());
      }
    }
  }

  /** Quantiles of the Beta distribution, which the reference integrates numerically. */
  @ParameterizedTest
  @MethodSource("quantiles")
  void theWeightsAreBetaDistributed(GoldenCase golden) {
    MixupConfig config = new MixupConfig(golden.param("alpha").asDouble(), 1);
    int draws = 10_000;
    double[] weights =
        LongStream.range(0, draws)
            .mapToDouble(step -> Mixup.of(config, 7, step, 2).orElseThrow().weight())
            .toArray();

    assertThat(weights).doesNotContain(Double.NaN);
    for (JsonNode quantile : golden.expected("below")) {
      double bound = quantile.get("bound").asDouble();
      double share = Arrays.stream(weights).filter(w -> w <= bound).count() / (double) draws;
      assertThat(share)
          .as("at or below %s", bound)
          .isCloseTo(quantile.get("share").asDouble(), within(0.02)); // four standard errors
    }
  }

  @Test
  void eachImageIsThePartnerOfOne() {
    Set<List<Long>> orders = new HashSet<>();
    for (int step = 0; step < 50; step++) {
      long[] partners = Mixup.of(ALWAYS, 1, step, 5).orElseThrow().partners();
      assertThat(partners).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
      orders.add(Arrays.stream(partners).boxed().toList());
    }
    assertThat(orders).hasSizeGreaterThan(30);
  }

  @Test
  void mixesTheShareOfTheStepsThatIsAskedFor() {
    MixupConfig config = new MixupConfig(0.2, 0.3);
    long mixed =
        LongStream.range(0, 4_000).filter(step -> Mixup.of(config, 3, step, 4).isPresent()).count();

    assertThat(mixed).isBetween(1_100L, 1_300L);
    assertThat(Mixup.of(MixupConfig.NONE, 3, 0, 4)).isEmpty();
  }

  @Test
  void anotherSeedMixesOtherSteps() {
    MixupConfig config = new MixupConfig(0.2, 0.5);
    for (int shift = 0; shift < 40; shift++) {
      int moved = shift;
      long alike =
          LongStream.range(0, 200)
              .filter(
                  step ->
                      Mixup.of(config, 1, step + moved, 4).isPresent()
                          == Mixup.of(config, 2, step, 4).isPresent())
              .count();
      assertThat(alike).isBetween(60L, 140L);
    }
  }

  @Test
  void mixesImagesWithTheirPartners() {
    Mixup mixup = Mixup.of(ALWAYS, 1, 2, 3).orElseThrow();
    long[] partners = mixup.partners();
    float[] values = new float[3 * 2 * 2 * 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * i;
    }
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray images = manager.create(values, new Shape(3, 2, 2, 2));

      float[] mixed = mixup.mixed(images, mixup.partnersOf(images)).toFloatArray();

      assertThat(partners).isNotEqualTo(new long[] {0, 1, 2});
      assertThat(mixup.partnersOf(manager.create(new long[] {0, 1, 2})).toLongArray())
          .isEqualTo(partners);
      for (int i = 0; i < values.length; i++) {
        double partner = values[(int) partners[i / 8] * 8 + i % 8];
        double expected = mixup.weight() * values[i] + (1 - mixup.weight()) * partner;
        assertThat((double) mixed[i]).isCloseTo(expected, within(1e-4));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, 0.01, 5, Double.NaN})
  void alphaHasBounds(double alpha) {
    assertThatThrownBy(() -> new MixupConfig(alpha, 1))
        .hasMessage("Invalid alpha: %s (must be 0.05 to 4.0, or 0 for no mixing)", alpha);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1.1, Double.NaN})
  void theShareHasBounds(double share) {
    assertThatThrownBy(() -> new MixupConfig(0.2, share))
        .hasMessage("Invalid share: %s (must be above 0 and at most 1)", share);
  }

  static Stream<GoldenCase> golden() {
    return GoldenCase.of("mixup")
        .filter(each -> each.toString().endsWith("float64"))
        .filter(each -> each.expected("steps") != null);
  }

  static Stream<GoldenCase> quantiles() {
    return GoldenCase.of("mixup")
        .filter(each -> each.toString().endsWith("float64"))
        .filter(each -> each.expected("below") != null);
  }
}

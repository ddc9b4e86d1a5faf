package io.rankstream.model.loss;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.training.GradientCollector;
import io.rankstream.model.Margin;
import io.rankstream.model.golden.GoldenCase;
import io.rankstream.model.network.UnitLength;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LossGoldenTest {

  static Stream<GoldenCase> crossEntropy() {
    return GoldenCase.of("softmax_cross_entropy").filter(each -> each.field("logits") != null);
  }

  static Stream<GoldenCase> linearHeads() {
    return GoldenCase.of("softmax_cross_entropy").filter(each -> each.field("features") != null);
  }

  static Stream<GoldenCase> semiHardWithFallback() {
    return GoldenCase.of("triplet_semihard_fallback");
  }

  /**
   * Without a positive the official arithmetic divides by zero, with one class it counts a distance
   * that is not there.
   */
  static Stream<GoldenCase> semiHardAsTheOfficialCode() {
    return GoldenCase.of("triplet_semihard_tf")
        .filter(each -> !each.expected("loss").asText().equals("NaN"))
        .filter(each -> !each.name().startsWith("one_class_only"))
        .filter(each -> !each.name().startsWith("two_same_class"));
  }

  static Stream<GoldenCase> twoHeads() {
    return GoldenCase.of("two_head_total")
        .filter(each -> each.param("metric").asText().matches("softmax|semi"));
  }

  @ParameterizedTest
  @MethodSource("crossEntropy")
  void crossEntropyAndItsGradientAreGolden(GoldenCase golden) {
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray logits = golden.array(manager, "logits");
      logits.setRequiresGradient(true);

      NDArray loss = CrossEntropy.mean(logits, golden.labels(manager));
      collector.backward(loss);

      golden.assertLoss("loss", loss);
      golden.assertArray("grad_logits", logits.getGradient());
    }
  }

  @ParameterizedTest
  @MethodSource("linearHeads")
  void crossEntropyBehindALinearHeadIsGolden(GoldenCase golden) {
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray features = golden.array(manager, "features");
      NDArray weight = golden.array(manager, "weight_in_out");
      NDArray bias = golden.array(manager, "bias");
      for (NDArray leaf : new NDArray[] {features, weight, bias}) {
        leaf.setRequiresGradient(true);
      }

      NDArray logits = Linear.linear(features, weight.transpose(), bias).singletonOrThrow();
      NDArray loss = CrossEntropy.mean(logits, golden.labels(manager));
      collector.backward(loss);

      golden.assertLoss("loss", loss);
      golden.assertArray("logits", logits);
      golden.assertArray("grad_features", features.getGradient());
      golden.assertArray("grad_weight", weight.getGradient());
      golden.assertArray("grad_bias", bias.getGradient());
    }
  }

  @ParameterizedTest
  @MethodSource({"semiHardWithFallback", "semiHardAsTheOfficialCode"})
  void semiHardTripletLossAndItsGradientAreGolden(GoldenCase golden) {
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray raw = golden.array(manager, "embeddings");
      raw.setRequiresGradient(true);
      NDArray embeddings = golden.param("normalize").asBoolean() ? UnitLength.of(raw) : raw;

      RankingOutcome outcome = triplet(golden).of(embeddings, golden.labels(manager));
      collector.backward(outcome.loss());

      golden.assertLoss("loss", outcome.loss());
      if (golden.hasUniqueGradient()) {
        golden.assertArray("grad", raw.getGradient());
      } else {
        GoldenCase.assertFinite(raw.getGradient());
      }
      if (golden.expected("active_pairs") != null) {
        assertThat(outcome.active().toFloatArray()[0])
            .isEqualTo(golden.expected("active_pairs").floatValue());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("twoHeads")
  void bothHeadsTogetherAndTheirGradientsAreGolden(GoldenCase golden) {
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray map = golden.array(manager, "feature_map_NHWC_flat");
      NDArray classWeight = golden.array(manager, "W_cls_in_out");
      NDArray classBias = golden.array(manager, "b_cls");
      NDArray embeddingWeight = golden.array(manager, "W_emb_in_out");
      NDArray embeddingBias = golden.array(manager, "b_emb");
      for (NDArray leaf :
          new NDArray[] {map, classWeight, classBias, embeddingWeight, embeddingBias}) {
        leaf.setRequiresGradient(true);
      }

      long[] nhwc = new long[4];
      for (int i = 0; i < nhwc.length; i++) {
        nhwc[i] = golden.param("feature_map_shape_NHWC").get(i).asLong();
      }
      NDArray features = map.reshape(nhwc[0], nhwc[1] * nhwc[2], nhwc[3]);
      NDArray logits =
          Linear.linear(features.mean(new int[] {1}), classWeight.transpose(), classBias)
              .singletonOrThrow();
      NDArray flat =
          golden.param("flatten_order").asText().equals("NHWC")
              ? features
              : features.transpose(0, 2, 1);
      NDArray embeddings =
          UnitLength.of(
              Linear.linear(flat.reshape(nhwc[0], -1), embeddingWeight.transpose(), embeddingBias)
                  .singletonOrThrow());
      NDArray labels = golden.labels(manager);
      NDArray classification = CrossEntropy.mean(logits, labels);
      NDArray ranking =
          golden.param("metric").asText().equals("semi")
              ? triplet(golden).of(embeddings, labels).loss()
              : manager.zeros(new Shape());
      NDArray lambda = manager.create(golden.param("lambda").asDouble());
      NDArray total = classification.add(ranking.mul(lambda));
      collector.backward(total);

      golden.assertArray("logits", logits);
      golden.assertArray("embedding", embeddings);
      golden.assertLoss("softmax_loss", classification);
      golden.assertLoss("total_loss", total);
      golden.assertArray("grad_feature_map_NHWC_flat", map.getGradient());
      golden.assertArray("grad_W_cls", classWeight.getGradient());
      golden.assertArray("grad_b_cls", classBias.getGradient());
      if (golden.param("metric").asText().equals("semi")) {
        golden.assertArray("grad_W_emb", embeddingWeight.getGradient());
        golden.assertArray("grad_b_emb", embeddingBias.getGradient());
      }
    }
  }

  private static TripletLoss triplet(GoldenCase golden) {
    boolean soft = golden.param("soft") != null && golden.param("soft").asBoolean();
    PairwiseDistance distance =
        golden.param("squared").asBoolean()
            ? PairwiseDistance.SQUARED_EUCLIDEAN
            : PairwiseDistance.EUCLIDEAN;
    return new TripletLoss(
        distance,
        new SemiHardMiner(),
        soft ? Margin.soft() : Margin.of(golden.param("margin").asDouble()));
  }
}

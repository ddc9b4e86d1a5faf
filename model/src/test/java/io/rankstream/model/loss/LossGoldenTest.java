package io.rankstream.model.loss;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.training.GradientCollector;
import com.fasterxml.jackson.databind.JsonNode;
import io.rankstream.model.golden.GoldenCase;
import io.rankstream.model.network.UnitLength;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LossGoldenTest {

  private static final int CLASSES = 1000; // none of these losses depends on it

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
    assertTriplets(golden, new SemiHardMiner(), Reducer.MEAN, "loss", "grad", "active_pairs");
  }

  @ParameterizedTest
  @MethodSource("batchHard")
  void batchHardTripletLossAndItsGradientAreGolden(GoldenCase golden) {
    assertTriplets(golden, new BatchHardMiner(), Reducer.MEAN, "loss", "grad", "none");
  }

  @ParameterizedTest
  @MethodSource("batchAll")
  void batchAllTripletLossAndItsGradientAreGolden(GoldenCase golden) {
    assertTriplets(
        golden,
        new BatchAllMiner(),
        Reducer.MEAN,
        "loss_mean_all",
        "grad_mean_all",
        "active_triplets");
    assertTriplets(
        golden,
        new BatchAllMiner(),
        Reducer.MEAN_ACTIVE,
        "loss_mean_nonzero",
        "grad_mean_nonzero",
        "active_triplets");
  }

  @ParameterizedTest
  @MethodSource("centers")
  void centerLossItsGradientAndItsCentersAreGolden(GoldenCase golden) {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray table = golden.array(manager, "initial_centers");
      CenterLoss loss = new CenterLoss(new Centers(table, golden.param("alpha").asDouble()));
      for (GoldenCase batch : golden.parts("batches")) {
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
          NDArray embeddings = batch.array(manager, "embeddings");
          embeddings.setRequiresGradient(true);
          NDArray labels = batch.labels(manager);

          NDArray value = loss.of(embeddings, labels, CLASSES).loss();
          collector.backward(value);

          batch.assertLoss("loss_sum_half", value);
          batch.assertArray("grad_of_loss_sum_half", embeddings.getGradient());
          loss.follow(embeddings.stopGradient(), labels, CLASSES);
          batch.assertArray("centers_after", table);
        }
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
      String metric = golden.param("metric").asText();
      NDArray ranking =
          switch (metric) {
            case "semi" ->
                triplet(golden, new SemiHardMiner(), Reducer.MEAN)
                    .of(embeddings, labels, CLASSES)
                    .loss();
            case "hard" ->
                triplet(golden, new BatchHardMiner(), Reducer.MEAN)
                    .of(embeddings, labels, CLASSES)
                    .loss();
            case "center" ->
                new CenterLoss(new Centers(golden.array(manager, "centers"), 0.5))
                    .of(embeddings, labels, CLASSES)
                    .loss();
            default -> manager.zeros(new Shape());
          };
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
      if (!metric.equals("softmax")) {
        golden.assertArray("grad_W_emb", embeddingWeight.getGradient());
        golden.assertArray("grad_b_emb", embeddingBias.getGradient());
      }
    }
  }

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

  static Stream<GoldenCase> batchHard() {
    return GoldenCase.of("batch_hard");
  }

  static Stream<GoldenCase> batchAll() {
    return GoldenCase.of("batch_all");
  }

  static Stream<GoldenCase> centers() {
    return GoldenCase.of("center_loss");
  }

  static Stream<GoldenCase> twoHeads() {
    return GoldenCase.of("two_head_total");
  }

  private static void assertTriplets(
      GoldenCase golden,
      TripletMiner miner,
      Reducer reducer,
      String loss,
      String gradient,
      String active) {
    try (NDManager manager = NDManager.newBaseManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray raw = golden.array(manager, "embeddings");
      raw.setRequiresGradient(true);
      NDArray embeddings = golden.param("normalize").asBoolean() ? UnitLength.of(raw) : raw;

      RankingOutcome outcome =
          triplet(golden, miner, reducer).of(embeddings, golden.labels(manager), CLASSES);
      collector.backward(outcome.loss());

      golden.assertLoss(loss, outcome.loss());
      if (golden.hasUniqueGradient()) {
        golden.assertArray(gradient, raw.getGradient());
      } else {
        GoldenCase.assertFinite(raw.getGradient());
      }
      if (golden.expected(active) != null) {
        assertThat(outcome.active().toType(DataType.FLOAT32, false).toFloatArray()[0])
            .isEqualTo(golden.expected(active).floatValue());
      }
    }
  }

  private static TripletLoss triplet(GoldenCase golden, TripletMiner miner, Reducer reducer) {
    JsonNode margin = golden.param("margin");
    JsonNode soft = golden.param("soft");
    boolean isSoft =
        (soft != null && soft.asBoolean())
            || (margin.isTextual() && margin.asText().equals("soft"));
    PairwiseDistance distance =
        golden.param("squared").asBoolean()
            ? PairwiseDistance.SQUARED_EUCLIDEAN
            : PairwiseDistance.EUCLIDEAN;
    return new TripletLoss(
        distance, miner, isSoft ? Margin.soft() : Margin.of(margin.asDouble()), reducer);
  }
}

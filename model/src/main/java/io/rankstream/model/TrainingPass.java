package io.rankstream.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.rankstream.model.StepFigures.Figure;
import io.rankstream.model.loss.ClassificationLoss;
import io.rankstream.model.loss.EmbeddingLoss;
import io.rankstream.model.loss.LogitAdjustment;
import io.rankstream.model.loss.Mixup;
import io.rankstream.model.loss.RankingOutcome;
import io.rankstream.model.network.BatchNormMode;
import io.rankstream.model.network.FeatureMaps;
import io.rankstream.model.network.PixelBatch;
import io.rankstream.model.network.PixelTensors;
import io.rankstream.model.network.Segment;
import io.rankstream.model.network.Slot;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.network.Weights;
import io.rankstream.model.optimize.Gradient;
import java.util.List;

/** The forward and the backward pass of a training step: from a batch to its gradient. */
final class TrainingPass {

  private final ModelConfig config;
  private final TwoHeadNetwork network;
  private final FlatWeights weights;
  private final ClassificationLoss classification;
  private final EmbeddingLoss ranking; // null without a ranking loss
  private final LogitAdjustment adjustment; // null without logit adjustment
  private final PixelTensors pixels;
  private final List<Segment> segments;
  private final NDList segmentParts;
  private final List<Slot> frozen;

  /**
   * @param segments parts of the parameters that get their gradient as one vector
   * @param ranking the loss on the embedding head, or null
   * @param adjustment shares of the classes, or null
   */
  TrainingPass(
      ModelConfig config,
      TwoHeadNetwork network,
      FlatWeights weights,
      List<Segment> segments,
      EmbeddingLoss ranking,
      LogitAdjustment adjustment) {
    this.config = config;
    this.network = network;
    this.weights = weights;
    classification = new ClassificationLoss(config.loss().labelSmoothing());
    this.ranking = ranking;
    this.adjustment = adjustment;
    this.segments = segments;
    pixels = new PixelTensors(config.input());
    segmentParts = Segment.cut(segments, weights.parameters());
    frozen =
        network.layout().parameters().stream()
            .filter(slot -> config.optimizer().freezes(slot.name()))
            .toList();
  }

  /**
   * Arrays of a pass.
   *
   * @param rows int64, {@code [N]}, rows of the labels in the softmax head
   * @param features feature maps of the images
   * @param embeddings {@code [N, D]}, cut off from the graph; null without a ranking loss
   * @param isMixed whether the images were mixed; then there is no ranking loss
   * @param gradient gradient of the total loss
   * @param figures losses and norms
   */
  record Result(
      NDArray rows,
      FeatureMaps features,
      NDArray embeddings,
      boolean isMixed,
      Gradient gradient,
      StepFigures figures) {}

  /**
   * Computes the gradient of a batch.
   *
   * @param rows rows of the labels and the number of classes, those of the batch included
   * @param stepsTaken steps before this one
   * @param scope owner of the arrays
   */
  Result of(PixelBatch images, LabelVocabulary.Preview rows, long stepsTaken, NDManager scope) {
    Mixup mixup = // null where the images stay as they are
        Mixup.of(config.loss().mixup(), config.seed(), stepsTaken, images.count()).orElse(null);
    EmbeddingLoss compared = mixup == null ? ranking : null;
    NDArray plain = pixels.of(images, scope);
    NDArray x = mixup == null ? plain : mixup.mixed(plain, mixup.partnersOf(plain));
    NDArray y = scope.create(rows.rows().stream().mapToLong(Integer::longValue).toArray());
    StepFigures figures = new StepFigures();
    NDArray shares = adjustment == null ? null : adjustment.of(rows.size(), images.count(), scope);
    FeatureMaps features;
    NDArray embeddings;
    NDList vectors;
    try (Autograd autograd = Autograd.record()) {
      NDList leaves = autograd.leaves(segmentParts, scope);
      Weights differentiated =
          new Weights(segments, leaves, weights.statisticsViews())
              .withFrozen(weights.views(), frozen);
      features =
          network.features(
              differentiated,
              x,
              config.batchNorm() == BatchNormMode.TRAIN,
              config.precisions().step());
      NDArray logits = network.logits(differentiated, network.pooled(features), rows.size());
      NDArray classified = classified(logits, y, shares, mixup);
      embeddings = compared == null ? null : network.embeddings(differentiated, features);
      RankingOutcome ranked =
          compared == null ? nothing(scope) : compared.of(embeddings, y, rows.size());
      NDArray loss = total(classified, ranked, figures, scope);
      vectors = autograd.gradients(loss, leaves);
    }

    Gradient gradient = Gradient.of(vectors);
    figures.put(Figure.SQUARED_GRADIENT_NORM, gradient.squaredNorm());
    NDArray seen = embeddings == null ? null : embeddings.stopGradient();
    if (seen != null) {
      figures.put(Figure.SQUARED_MEAN_EMBEDDING, seen.mean(new int[] {0}).square().sum());
    }

    return new Result(y, features, seen, mixup != null, gradient, figures);
  }

  /**
   * The cross-entropy with the labels of the images, and of their partners where they are mixed.
   */
  private NDArray classified(NDArray logits, NDArray y, NDArray shares, Mixup mixup) {
    NDArray own = classification.of(logits, y, shares);
    return mixup == null
        ? own
        : mixup.mixed(own, classification.of(logits, mixup.partnersOf(y), shares));
  }

  /** {@code cross-entropy + λ · ranking}. */
  private NDArray total(
      NDArray classified, RankingOutcome ranked, StepFigures figures, NDManager scope) {
    NDArray lambda = scope.create((float) config.loss().lambda());
    NDArray loss = classified.add(ranked.loss().mul(lambda));
    figures.put(Figure.LOSS, loss);
    figures.put(Figure.CLASSIFICATION_LOSS, classified);
    figures.put(Figure.RANKING_LOSS, ranked.loss());
    figures.put(Figure.ACTIVE_TRIPLETS, ranked.active());
    figures.put(Figure.TRIPLETS, ranked.count());
    return loss;
  }

  private static RankingOutcome nothing(NDManager scope) {
    NDArray zero = scope.zeros(new Shape());
    return new RankingOutcome(zero, zero, zero);
  }
}

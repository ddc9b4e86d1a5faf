package io.rankstream.model.loss;

import java.io.Serializable;
import java.util.function.Consumer;

/**
 * The total loss: {@code cross-entropy + lambda · ranking}.
 *
 * @param ranking loss on the embedding head
 * @param lambda weight of the ranking loss, at least 0
 * @param margin margin of the ranking loss
 * @param squaredDistance squared Euclidean distance as in the paper, or plain Euclidean; for
 *     triplets
 * @param reducer how the losses of the triplets become the loss of a batch
 * @param temperature T of the supervised contrastive loss, above 0
 * @param logitAdjustment τ, weight of the shares of the classes in the training that the softmax
 *     head does not learn, at least 0; 0 adjusts nothing
 * @param labelSmoothing ε, share of the target that all classes get, at least 0, below 1; 0 smooths
 *     nothing
 * @param mixup which steps mix their images; these have no ranking loss
 * @param centerRate α of the centres, 0 to 1; 0 freezes them where they start
 */
public record LossConfig(
    RankingLoss ranking,
    double lambda,
    Margin margin,
    boolean squaredDistance,
    Reducer reducer,
    double temperature,
    double logitAdjustment,
    double labelSmoothing,
    MixupConfig mixup,
    double centerRate)
    implements Serializable {

  private static final double PAPER_CENTER_RATE = 0.5;
  private static final double TEMPERATURE = 0.1; // the best of Khosla et al. 2020

  public LossConfig {
    if (!Double.isFinite(lambda) || lambda < 0) {
      throw new IllegalArgumentException(
          "Invalid lambda: %s (must be at least 0)".formatted(lambda));
    }
    if (!(temperature > 0 && Double.isFinite(temperature))) {
      throw new IllegalArgumentException(
          "Invalid temperature: %s (must be above 0)".formatted(temperature));
    }
    if (!Double.isFinite(logitAdjustment) || logitAdjustment < 0) {
      throw new IllegalArgumentException(
          "Invalid logitAdjustment: %s (must be at least 0)".formatted(logitAdjustment));
    }
    if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
      throw new IllegalArgumentException(
          "Invalid labelSmoothing: %s (must be at least 0, below 1)".formatted(labelSmoothing));
    }
    if (!(centerRate >= 0 && centerRate <= 1)) {
      throw new IllegalArgumentException(
          "Invalid centerRate: %s (must be 0 to 1)".formatted(centerRate));
    }
  }

  /** Semi-hard triplets, λ = 1, margin 0.2 on squared distances of unit vectors. */
  public static LossConfig paperDefaults() {
    return paperDefaults(RankingLoss.TRIPLET_SEMI_HARD);
  }

  /** A ranking loss with the λ, margin and rate of the paper's code. */
  public static LossConfig paperDefaults(RankingLoss ranking) {
    return new LossConfig(
        ranking,
        ranking.defaultLambda(),
        Margin.of(0.2),
        true,
        Reducer.MEAN,
        TEMPERATURE,
        0,
        0,
        MixupConfig.NONE,
        PAPER_CENTER_RATE);
  }

  public LossConfig withLambda(double weight) {
    return changed(fields -> fields.lambda = weight);
  }

  public LossConfig withTemperature(double other) {
    return changed(fields -> fields.temperature = other);
  }

  public LossConfig withLogitAdjustment(double strength) {
    return changed(fields -> fields.logitAdjustment = strength);
  }

  public LossConfig withLabelSmoothing(double share) {
    return changed(fields -> fields.labelSmoothing = share);
  }

  public LossConfig withMixup(MixupConfig other) {
    return changed(fields -> fields.mixup = other);
  }

  private LossConfig changed(Consumer<Fields> change) {
    Fields fields = new Fields(this);
    change.accept(fields);
    return fields.config(this);
  }

  /** The components that change, as variables, so that a change names its own component only. */
  private static final class Fields {

    private double lambda;
    private double temperature;
    private double logitAdjustment;
    private double labelSmoothing;
    private MixupConfig mixup;

    private Fields(LossConfig config) {
      lambda = config.lambda;
      temperature = config.temperature;
      logitAdjustment = config.logitAdjustment;
      labelSmoothing = config.labelSmoothing;
      mixup = config.mixup;
    }

    private LossConfig config(LossConfig from) {
      return new LossConfig(
          from.ranking,
          lambda,
          from.margin,
          from.squaredDistance,
          from.reducer,
          temperature,
          logitAdjustment,
          labelSmoothing,
          mixup,
          from.centerRate);
    }
  }
}

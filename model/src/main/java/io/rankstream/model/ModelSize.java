package io.rankstream.model;

import io.rankstream.model.loss.LogitAdjustment;
import io.rankstream.model.loss.RankingLoss;
import io.rankstream.model.network.TwoHeadNetwork;
import io.rankstream.model.optimize.OptimizerConfig;

/**
 * The values of a model's buffers, computed without making them.
 *
 * @param parameters trained parameters
 * @param statistics running statistics, with their averages, the counter of AdamW and the images of
 *     each class
 * @param optimizer vectors of the optimizer: moments, and the accumulated gradient
 * @param averages moving averages of the parameters, 0 or 1
 * @param rates vectors of learning rates, 0 or 1
 * @param centers values of the centres of the ranking loss
 */
public record ModelSize(
    long parameters, long statistics, int optimizer, int averages, int rates, long centers) {

  /** Largest number of values of a buffer: a snapshot counts the bytes of one in an int. */
  public static final long LARGEST_BUFFER = Integer.MAX_VALUE / Float.BYTES;

  /**
   * The size of a model.
   *
   * @throws IllegalArgumentException when the images are too small for the backbone
   */
  public static ModelSize of(ModelConfig config) {
    TwoHeadNetwork network = new TwoHeadNetwork(config.architecture());
    OptimizerConfig optimizer = config.optimizer();
    RankingLoss loss = config.loss().ranking();
    boolean hasCenters = loss == RankingLoss.CENTER || loss == RankingLoss.TRIPLET_CENTER;
    boolean isAdamW = optimizer.rule() == OptimizerConfig.Rule.ADAMW;
    boolean isUniform = optimizer.headsFactor() == 1 && optimizer.frozen().isEmpty();
    int averages = config.averageDecay() > 0 ? 1 : 0;
    boolean counts = config.loss().logitAdjustment() > 0;
    long classCounts =
        counts ? (long) LogitAdjustment.VALUES_OF_A_CLASS * config.architecture().maxClasses() : 0;
    return new ModelSize(
        network.layout().parametersLength(),
        (1L + averages) * network.layout().statisticsSize() + (isAdamW ? 1 : 0) + classCounts,
        (isAdamW ? 2 : 1) + (optimizer.accumulate() > 1 ? 1 : 0),
        averages,
        isUniform ? 0 : 1,
        hasCenters
            ? (long) config.architecture().maxClasses() * config.architecture().embeddingDimension()
            : 0);
  }

  /** Whether each buffer can be written in a snapshot. */
  public boolean fits() {
    return Math.max(parameters, centers) <= LARGEST_BUFFER;
  }

  /** Bytes of a snapshot: all that the next step depends on. */
  public long snapshotBytes() {
    return Float.BYTES * (parameters * (1L + optimizer + averages) + statistics + centers);
  }

  /** Bytes on the device while a step is taken, without activations. */
  public long trainingBytes() {
    return snapshotBytes() + Float.BYTES * (parameters * (1L + rates) + statistics); // gradient
  }

  /** Bytes of the two copies that lie beside it: the last good weights, and a checkpoint's. */
  public long copiesBytes() {
    return 2 * snapshotBytes();
  }

  /** Bytes of a model that embeds and does not train, without activations. */
  public long servingBytes() {
    return Float.BYTES * (parameters + statistics);
  }

  /** Bytes on the heap while a new model starts or a version is written. */
  public long heapBytes() {
    return 2 * Float.BYTES * parameters;
  }
}

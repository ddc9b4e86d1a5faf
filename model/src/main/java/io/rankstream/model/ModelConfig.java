package io.rankstream.model;

import io.rankstream.model.image.InputSpec;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.BatchNormMode;
import io.rankstream.model.network.Precisions;
import io.rankstream.model.optimize.OptimizerConfig;
import io.rankstream.model.step.GuardConfig;
import java.io.Serializable;

/**
 * All settings of a model.
 *
 * @param architecture network and heads
 * @param loss the total loss
 * @param optimizer the optimizer
 * @param batchNorm statistics that BatchNorm uses in a step
 * @param averageDecay weight of the past in the moving average of the weights, which embeds and is
 *     published; at least 0, below 1; 0 keeps no average
 * @param guard when a step is skipped or rolled back
 * @param precisions numbers of the backbone
 * @param seed seed of the initial weights and of the mixing of images
 */
public record ModelConfig(
    Architecture architecture,
    LossConfig loss,
    OptimizerConfig optimizer,
    BatchNormMode batchNorm,
    double averageDecay,
    GuardConfig guard,
    Precisions precisions,
    long seed)
    implements Serializable {

  public ModelConfig {
    if (!(averageDecay >= 0 && averageDecay < 1)) {
      throw new IllegalArgumentException(
          "Invalid averageDecay: %s (must be at least 0, below 1)".formatted(averageDecay));
    }
  }

  /** Images that the network takes. */
  public InputSpec input() {
    return architecture.input();
  }

  public ModelConfig withArchitecture(Architecture other) {
    return new ModelConfig(
        other, loss, optimizer, batchNorm, averageDecay, guard, precisions, seed);
  }

  public ModelConfig withLoss(LossConfig other) {
    return new ModelConfig(
        architecture, other, optimizer, batchNorm, averageDecay, guard, precisions, seed);
  }

  public ModelConfig withOptimizer(OptimizerConfig other) {
    return new ModelConfig(
        architecture, loss, other, batchNorm, averageDecay, guard, precisions, seed);
  }

  public ModelConfig withBatchNorm(BatchNormMode mode) {
    return new ModelConfig(
        architecture, loss, optimizer, mode, averageDecay, guard, precisions, seed);
  }

  public ModelConfig withAverageDecay(double decay) {
    return new ModelConfig(
        architecture, loss, optimizer, batchNorm, decay, guard, precisions, seed);
  }

  public ModelConfig withGuard(GuardConfig other) {
    return new ModelConfig(
        architecture, loss, optimizer, batchNorm, averageDecay, other, precisions, seed);
  }

  public ModelConfig withPrecisions(Precisions other) {
    return new ModelConfig(
        architecture, loss, optimizer, batchNorm, averageDecay, guard, other, seed);
  }

  public ModelConfig withSeed(long other) {
    return new ModelConfig(
        architecture, loss, optimizer, batchNorm, averageDecay, guard, precisions, other);
  }
}

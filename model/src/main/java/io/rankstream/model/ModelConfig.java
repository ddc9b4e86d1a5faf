package io.rankstream.model;

import io.rankstream.model.image.InputSpec;
import io.rankstream.model.loss.LossConfig;
import io.rankstream.model.network.Architecture;
import io.rankstream.model.network.BatchNormMode;
import io.rankstream.model.optimize.OptimizerConfig;
import io.rankstream.model.step.GuardConfig;
import java.io.Serializable;

/**
 * Everything that makes a model what it is.
 *
 * @param architecture network and heads
 * @param loss what it learns from
 * @param optimizer how it learns
 * @param batchNorm what BatchNorm does in a step
 * @param averageDecay weight of the past in the moving average of the weights that embeds and is
 *     published, at least 0, below 1; 0 keeps no average
 * @param guard when a step is not taken
 * @param seed seed of the initial weights
 */
public record ModelConfig(
    Architecture architecture,
    LossConfig loss,
    OptimizerConfig optimizer,
    BatchNormMode batchNorm,
    double averageDecay,
    GuardConfig guard,
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

  /** The same model learning from another loss. */
  public ModelConfig withLoss(LossConfig other) {
    return new ModelConfig(architecture, other, optimizer, batchNorm, averageDecay, guard, seed);
  }
}

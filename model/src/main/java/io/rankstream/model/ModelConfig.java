package io.rankstream.model;

import java.io.Serializable;
import java.util.Locale;

/**
 * Everything that makes a model what it is.
 *
 * @param backbone network below the heads
 * @param input images that it takes
 * @param embeddingDimension values in an embedding, at least 2
 * @param maxClasses capacity of the softmax head, at least 2
 * @param loss what it learns from
 * @param optimizer how it learns
 * @param batchNorm what BatchNorm does in a step
 * @param seed seed of the initial weights
 */
public record ModelConfig(
    Backbone backbone,
    InputSpec input,
    int embeddingDimension,
    int maxClasses,
    LossConfig loss,
    OptimizerConfig optimizer,
    BatchNormMode batchNorm,
    long seed)
    implements Serializable {

  public ModelConfig {
    if (embeddingDimension < 2) {
      throw new IllegalArgumentException(
          "Invalid embeddingDimension: %d (must be at least 2)".formatted(embeddingDimension));
    }
    if (maxClasses < 2) {
      throw new IllegalArgumentException(
          "Invalid maxClasses: %d (must be at least 2)".formatted(maxClasses));
    }
  }

  /** What must agree between a snapshot and the configuration that it is restored with. */
  String architecture() {
    return "%s-%dx%dx%d-%s-d%d-c%d"
        .formatted(
            backbone.cliName(),
            input.channels(),
            input.height(),
            input.width(),
            input.normalization().name().toLowerCase(Locale.ROOT).replace('_', '-'),
            embeddingDimension,
            maxClasses);
  }
}

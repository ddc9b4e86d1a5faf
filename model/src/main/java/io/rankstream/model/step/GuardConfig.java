package io.rankstream.model.step;

import java.io.Serializable;

/**
 * When a step is skipped, and when a model is rolled back to weights that were good.
 *
 * @param maxNormFactor a step is skipped when its gradient is longer than this many times the
 *     running mean of the gradient norms; 0, or above 1 and below 1e30; 0 switches the check off
 * @param minSpread embeddings of a batch count as collapsed when their spread is below this; at
 *     least 0, below 1; 0 switches the check off. The spread is the mean squared distance of the
 *     embeddings to their mean, between 0 (all alike) and 1
 * @param patience bad steps in a row before the model is rolled back, at least 1
 * @param keepEvery steps between two in-memory copies of good weights, at least 1
 * @param maxRollbacks rollbacks allowed within {@link #ROLLBACK_WINDOW} steps, at least 0; one more
 *     stops the training
 */
public record GuardConfig(
    double maxNormFactor, double minSpread, int patience, int keepEvery, int maxRollbacks)
    implements Serializable {

  /** Rollbacks are counted over this many steps. */
  public static final long ROLLBACK_WINDOW = 1000;

  public GuardConfig {
    require(
        maxNormFactor == 0 || (maxNormFactor > 1 && maxNormFactor < 1e30),
        "maxNormFactor",
        maxNormFactor,
        "0 or above 1, below 1e30");
    require(minSpread >= 0 && minSpread < 1, "minSpread", minSpread, "at least 0, below 1");
    require(patience >= 1, "patience", patience, "at least 1");
    require(keepEvery >= 1, "keepEvery", keepEvery, "at least 1");
    require(maxRollbacks >= 0, "maxRollbacks", maxRollbacks, "at least 0");
  }

  /** Values that suit most models. */
  public static GuardConfig defaults() {
    return new GuardConfig(100, 1e-4, 10, 100, 3);
  }

  public GuardConfig withMaxNormFactor(double factor) {
    return new GuardConfig(factor, minSpread, patience, keepEvery, maxRollbacks);
  }

  public GuardConfig withMinSpread(double spread) {
    return new GuardConfig(maxNormFactor, spread, patience, keepEvery, maxRollbacks);
  }

  public GuardConfig withPatience(int steps) {
    return new GuardConfig(maxNormFactor, minSpread, steps, keepEvery, maxRollbacks);
  }

  public GuardConfig withKeepEvery(int steps) {
    return new GuardConfig(maxNormFactor, minSpread, patience, steps, maxRollbacks);
  }

  public GuardConfig withMaxRollbacks(int rollbacks) {
    return new GuardConfig(maxNormFactor, minSpread, patience, keepEvery, rollbacks);
  }

  private static void require(boolean holds, String name, Object value, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(
          "Invalid %s: %s (must be %s)".formatted(name, value, rule));
    }
  }
}

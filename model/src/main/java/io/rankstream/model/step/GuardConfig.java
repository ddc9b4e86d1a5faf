package io.rankstream.model.step;

import java.io.Serializable;

/**
 * When a step is not taken, and when a model goes back to weights that were good.
 *
 * @param maxNormFactor a gradient longer than this many times the running mean of the norms is not
 *     applied; 0 allows any length
 * @param minSpread spread of a batch's embeddings below which they count as collapsed; 0 does not
 *     look. The spread is the mean squared distance of the embeddings to their mean, between 0 (all
 *     alike) and 1
 * @param patience bad steps in a row before the model goes back
 * @param keepEvery steps from one in-memory copy of good weights to the next
 * @param maxRollbacks times within {@link #ROLLBACK_WINDOW} steps that the model may go back; one
 *     more stops the training
 */
public record GuardConfig(
    double maxNormFactor, double minSpread, int patience, int keepEvery, int maxRollbacks)
    implements Serializable {

  /** Steps within which rollbacks are counted. */
  public static final long ROLLBACK_WINDOW = 1000;

  public GuardConfig {
    require(maxNormFactor == 0 || maxNormFactor > 1, "maxNormFactor", "0 or above 1");
    require(minSpread >= 0 && minSpread < 1, "minSpread", "at least 0, below 1");
    require(patience >= 1, "patience", "at least 1");
    require(keepEvery >= 1, "keepEvery", "at least 1");
    require(maxRollbacks >= 0, "maxRollbacks", "at least 0");
  }

  /** What suits most models. */
  public static GuardConfig defaults() {
    return new GuardConfig(100, 1e-4, 10, 100, 3);
  }

  private static void require(boolean good, String name, String rule) {
    if (!good) {
      throw new IllegalArgumentException("Invalid %s (must be %s)".formatted(name, rule));
    }
  }
}

package io.rankstream.model.step;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * Watches the figures of a model's steps and says which may not be taken and when the model has to
 * go back. It decides from figures that the step reads anyway, and a snapshot holds all that it
 * remembers.
 */
public final class StepGuard {

  private static final int STEPS_BEFORE_NORMS_COUNT = 100;
  private static final double NORM_MEMORY = 0.98;

  private final GuardConfig config;
  private final ArrayDeque<Long> rollbacks = new ArrayDeque<>();
  private long steps;
  private double meanNorm;
  private boolean hasSpread;
  private int skippedInARow;
  private int collapsedInARow;

  public StepGuard(GuardConfig config) {
    this.config = config;
  }

  /** Why a step may not be taken, if so. */
  public Optional<StepFault> objection(double loss, double gradientNorm) {
    if (!Double.isFinite(loss) || !Double.isFinite(gradientNorm)) {
      return Optional.of(StepFault.NON_FINITE);
    }

    boolean explodes =
        config.maxNormFactor() > 0
            && steps >= STEPS_BEFORE_NORMS_COUNT
            && gradientNorm > config.maxNormFactor() * meanNorm;
    return explodes ? Optional.of(StepFault.EXPLODING_GRADIENT) : Optional.empty();
  }

  /**
   * Notes a step that is not taken.
   *
   * @return whether the model has to go back
   */
  public boolean skipped() {
    skippedInARow++;
    return skippedInARow >= config.patience();
  }

  /**
   * Notes a step that is taken.
   *
   * @param spread spread of the embeddings that the ranking loss saw, or NaN where there is none
   * @return whether the model has to go back
   */
  public boolean taken(double gradientNorm, double spread) {
    steps++;
    double memory = Math.min(NORM_MEMORY, 1 - 1.0 / steps);
    meanNorm = memory * meanNorm + (1 - memory) * gradientNorm;
    skippedInARow = 0;
    boolean collapsed = spread < config.minSpread();
    // A network with fresh weights may start with its embeddings close together; only what has
    // once been apart can collapse.
    hasSpread |= spread >= config.minSpread();
    collapsedInARow = collapsed && hasSpread ? collapsedInARow + 1 : 0;
    return collapsedInARow >= config.patience();
  }

  /** Whether the weights before a step deserve to be kept as good ones. */
  public boolean isHealthy() {
    return skippedInARow == 0 && collapsedInARow == 0;
  }

  /**
   * Notes that the model goes back.
   *
   * @throws TrainingFailedException when it has done so too often
   */
  public void rolledBack(long step, StepFault mishap) {
    rollbacks.add(step);
    while (rollbacks.peek() <= step - GuardConfig.ROLLBACK_WINDOW) {
      rollbacks.remove();
    }
    skippedInARow = 0;
    collapsedInARow = 0;
    if (rollbacks.size() > config.maxRollbacks()) {
      throw new TrainingFailedException(
          "The model went wrong for the %d. time within %,d steps (%s at step %,d) and nothing of it is published. %s"
              .formatted(
                  rollbacks.size(), GuardConfig.ROLLBACK_WINDOW, mishap, step, advice(mishap)));
    }
  }

  private static String advice(StepFault mishap) {
    return switch (mishap) {
      case NON_FINITE, EXPLODING_GRADIENT ->
          "Lower the learning rate, warm it up, clip the gradient's norm, or look at the images that came last.";
      case COLLAPSED_EMBEDDINGS ->
          "Take semi-hard in place of hard triplets, lower the weight of the ranking loss or the learning rate.";
    };
  }

  public void writeTo(DataOutput out) throws IOException {
    out.writeLong(steps);
    out.writeDouble(meanNorm);
    out.writeBoolean(hasSpread);
    out.writeInt(skippedInARow);
    out.writeInt(collapsedInARow);
    out.writeInt(rollbacks.size());
    for (long step : rollbacks) {
      out.writeLong(step);
    }
  }

  public void readFrom(DataInput in) throws IOException {
    steps = in.readLong();
    meanNorm = in.readDouble();
    hasSpread = in.readBoolean();
    skippedInARow = in.readInt();
    collapsedInARow = in.readInt();
    rollbacks.clear();
    for (int count = in.readInt(); count > 0; count--) {
      rollbacks.add(in.readLong());
    }
  }
}

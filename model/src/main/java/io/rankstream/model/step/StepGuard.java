package io.rankstream.model.step;

import java.util.ArrayDeque;
import java.util.Optional;

/**
 * Decides from the figures of a model's steps which steps are skipped and when the model is rolled
 * back. The figures are those that a step reads anyway; a snapshot holds the whole {@link #memory}.
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

  /** A guard that has seen no step. */
  public StepGuard(GuardConfig config) {
    this.config = config;
  }

  /** The reason to skip a step; empty when it may be taken. */
  public Optional<StepFault> objection(StepReport report) {
    if (!Double.isFinite(report.loss()) || !Double.isFinite(report.gradientNorm())) {
      return Optional.of(StepFault.NON_FINITE);
    }

    boolean explodes =
        config.maxNormFactor() > 0
            && steps >= STEPS_BEFORE_NORMS_COUNT
            && report.gradientNorm() > config.maxNormFactor() * meanNorm;
    return explodes ? Optional.of(StepFault.EXPLODING_GRADIENT) : Optional.empty();
  }

  /**
   * Counts a step that is skipped.
   *
   * @return whether the model must be rolled back
   */
  public boolean skipped() {
    skippedInARow++;
    return skippedInARow >= config.patience();
  }

  /**
   * Counts a step that is taken.
   *
   * @return whether the model must be rolled back
   */
  public boolean taken(StepReport report) {
    steps++;
    double memory = Math.min(NORM_MEMORY, 1 - 1.0 / steps);
    meanNorm = memory * meanNorm + (1 - memory) * report.gradientNorm();
    skippedInARow = 0;
    // A step without a ranking loss tells nothing of the embeddings.
    report.spread().ifPresent(this::look);
    return collapsedInARow >= config.patience();
  }

  private void look(double spread) {
    // A network with fresh weights may start with its embeddings close together: only embeddings
    // that were apart before can collapse.
    hasSpread |= spread >= config.minSpread();
    collapsedInARow = spread < config.minSpread() && hasSpread ? collapsedInARow + 1 : 0;
  }

  /** Whether the weights before a step may be kept as good ones. */
  public boolean isHealthy() {
    return skippedInARow == 0 && collapsedInARow == 0;
  }

  /**
   * Counts a rollback of the model.
   *
   * @param step number of the step that is rolled back
   * @throws TrainingFailedException when there were too many rollbacks
   */
  public void rolledBack(long step, StepFault fault) {
    rollbacks.add(step);
    while (rollbacks.peek() <= step - GuardConfig.ROLLBACK_WINDOW) {
      rollbacks.remove();
    }
    skippedInARow = 0;
    collapsedInARow = 0;
    if (rollbacks.size() > config.maxRollbacks()) {
      throw new TrainingFailedException(
          "The model was rolled back %d times within %,d steps (last: %s at step %,d), more than guard.max-rollbacks = %d. No output of it was published. %s"
              .formatted(
                  rollbacks.size(),
                  GuardConfig.ROLLBACK_WINDOW,
                  fault,
                  step,
                  config.maxRollbacks(),
                  advice(fault)),
          fault);
    }
  }

  /** Forgets the rollbacks and the bad steps so far; what it knows of good steps stays. */
  public void absolve() {
    rollbacks.clear();
    skippedInARow = 0;
    collapsedInARow = 0;
  }

  /** The state of this guard, for a snapshot. */
  public GuardMemory memory() {
    return new GuardMemory(
        steps, meanNorm, hasSpread, skippedInARow, collapsedInARow, rollbacks.stream().toList());
  }

  /** Goes on from the state of another guard. */
  public void restore(GuardMemory memory) {
    steps = memory.steps();
    meanNorm = memory.meanNorm();
    hasSpread = memory.hasSpread();
    skippedInARow = memory.skippedInARow();
    collapsedInARow = memory.collapsedInARow();
    rollbacks.clear();
    rollbacks.addAll(memory.rollbacks());
  }

  private static String advice(StepFault fault) {
    return switch (fault) {
      case NON_FINITE, EXPLODING_GRADIENT ->
          "Lower the learning rate (optimizer.learning-rate), warm it up (optimizer.warm-up-steps), clip the gradient (optimizer.clip-norm), or check the latest images.";
      case COLLAPSED_EMBEDDINGS ->
          "Use semi-hard instead of hard triplets (loss.ranking), or lower the weight of the ranking loss (loss.lambda) or the learning rate (optimizer.learning-rate).";
    };
  }
}

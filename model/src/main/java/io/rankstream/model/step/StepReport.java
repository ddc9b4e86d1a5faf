package io.rankstream.model.step;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Figures of a training step, as plain numbers.
 *
 * @param step number of the step, from 1
 * @param loss total loss before the update
 * @param classificationLoss mean cross-entropy
 * @param rankingLoss ranking loss, not multiplied by λ
 * @param activeTriplets triplets with a loss above zero
 * @param triplets triplets mined
 * @param gradientNorm Euclidean norm of the gradient over all parameters
 * @param learningRate learning rate of the step
 * @param spread mean squared distance of the batch's embeddings to their mean, between 0 (all
 *     alike) and 1; empty without a ranking loss
 * @param outcome whether the step was taken, skipped or rolled back
 * @param fault why it was skipped or rolled back; empty when it was taken
 */
public record StepReport(
    long step,
    double loss,
    double classificationLoss,
    double rankingLoss,
    int activeTriplets,
    int triplets,
    double gradientNorm,
    double learningRate,
    OptionalDouble spread,
    StepOutcome outcome,
    Optional<StepFault> fault) {

  /** The report of the same step when it was skipped. */
  public StepReport skipped(StepFault why) {
    return with(StepOutcome.SKIPPED, why);
  }

  /** The report of the same step when the model was rolled back after it. */
  public StepReport rolledBack(StepFault why) {
    return with(StepOutcome.ROLLED_BACK, why);
  }

  /** The report of the same step when the model learns no more after it. */
  public StepReport quarantined(StepFault why) {
    return with(StepOutcome.QUARANTINED, why);
  }

  private StepReport with(StepOutcome newOutcome, StepFault why) {
    return new StepReport(
        step,
        loss,
        classificationLoss,
        rankingLoss,
        activeTriplets,
        triplets,
        gradientNorm,
        learningRate,
        spread,
        newOutcome,
        Optional.of(why));
  }
}

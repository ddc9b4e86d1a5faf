package io.rankstream.model.step;

import java.util.Optional;

/**
 * What a training step found, as plain numbers.
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
 *     alike) and 1; NaN where the ranking loss is none
 * @param outcome what became of the step
 * @param mishap why it was not taken or was taken back, if so
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
    double spread,
    StepOutcome outcome,
    Optional<StepFault> mishap) {

  /** The report of the same step when it was passed over. */
  public StepReport skipped(StepFault why) {
    return with(StepOutcome.SKIPPED, why);
  }

  /** The report of the same step when the model went back after it. */
  public StepReport rolledBack(StepFault why) {
    return with(StepOutcome.ROLLED_BACK, why);
  }

  private StepReport with(StepOutcome became, StepFault why) {
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
        became,
        Optional.of(why));
  }
}

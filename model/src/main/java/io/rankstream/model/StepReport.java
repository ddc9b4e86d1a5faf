package io.rankstream.model;

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
 */
public record StepReport(
    long step,
    double loss,
    double classificationLoss,
    double rankingLoss,
    int activeTriplets,
    int triplets,
    double gradientNorm,
    double learningRate) {}

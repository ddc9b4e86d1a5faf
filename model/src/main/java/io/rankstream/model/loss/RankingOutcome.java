package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;

/**
 * A ranking loss and its counts; all scalars on the device.
 *
 * @param loss the loss of the batch, differentiable
 * @param active comparisons (triplets, where the loss has them) with a loss above zero
 * @param count comparisons made; 0 for a loss that compares nothing, such as the center loss
 */
public record RankingOutcome(NDArray loss, NDArray active, NDArray count) {}

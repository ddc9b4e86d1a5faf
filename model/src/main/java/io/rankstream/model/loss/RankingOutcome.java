package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;

/**
 * A ranking loss and what it came from; all scalars on the device.
 *
 * @param loss the mean loss, differentiable
 * @param active triplets with a loss above zero
 * @param count triplets mined
 */
public record RankingOutcome(NDArray loss, NDArray active, NDArray count) {}

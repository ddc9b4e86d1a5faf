package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;

/**
 * The triplets of a batch, one for each pair of anchor and positive: a row is an anchor, a column
 * another image.
 *
 * @param negative int64, {@code [N, N]}: the row index of the negative of each pair
 * @param mask {@code [N, N]}, 1 where the column is a positive of the row and the row has a
 *     negative, 0 elsewhere
 */
public record Triplets(NDArray negative, NDArray mask) {}

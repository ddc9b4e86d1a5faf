package io.rankstream.model.loss;

import ai.djl.ndarray.NDArray;

/**
 * The triplets of a batch as places in its flattened matrix of distances: place {@code a·N + j} is
 * the distance from anchor a to image j.
 *
 * @param positive int64, {@code [T]}: place of the distance from anchor to positive
 * @param negative int64, {@code [T]}: place of the distance from anchor to negative
 * @param mask {@code [T]}, 1 where the triplet counts, 0 where it only fills the shape
 * @param count scalar, divisor of the mean
 */
record Triplets(NDArray positive, NDArray negative, NDArray mask, NDArray count) {}

/**
 * Losses in four words: a distance between embeddings, a miner that picks triplets, a loss per
 * triplet, a mean. Each is a class that can be tested and exchanged alone.
 */
package io.rankstream.model.loss;

package io.rankstream.pipeline.train;

import io.rankstream.model.ReplicaWeights;
import io.rankstream.pipeline.replica.HandIn;

/**
 * What a replica hands in at the end of a round.
 *
 * @param round number of the round
 * @param replica the replica
 * @param share its part of the round
 * @param weights closed by the receiver
 */
record Contribution(long round, int replica, HandIn.Share share, ReplicaWeights weights) {}

package io.rankstream.pipeline.train;

import io.rankstream.pipeline.event.StreamKey;

/**
 * A replica has taken over an average.
 *
 * @param key key of the replica
 * @param replica the replica
 * @param member its part in the rounds
 * @param captures what is captured of the average
 * @param divergence distance of its weights before from the average
 */
record Adopted(
    StreamKey key, int replica, RoundMember member, Captures captures, double divergence) {}

package io.rankstream.pipeline.event;

import java.util.List;

/**
 * The place of a batch in the rounds of a stream whose model has several replicas. Batch b goes to
 * replica b mod R. After its last batch of a round, a replica hands its weights in and waits for
 * the average of all.
 *
 * @param index number of the round among those of the stream, from 0
 * @param first number of the first batch of the round
 * @param replica the replica that the batch goes to, from 0
 * @param replicas R, replicas that share the batches of the round
 * @param next replicas of the round after it
 * @param ends whether the replica hands its weights in after the batch
 * @param key key of the replica
 * @param earlierLabels labels of the batches of the round that went to other replicas since the
 *     last one of this replica, in their order: all replicas give a class the same row
 */
public record Round(
    long index,
    long first,
    int replica,
    int replicas,
    int next,
    boolean ends,
    StreamKey key,
    List<String> earlierLabels) {}

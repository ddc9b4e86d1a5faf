package io.rankstream.pipeline.replica;

import org.apache.flink.runtime.operators.coordination.OperatorEvent;

/**
 * A replica has taken over the average of a round.
 *
 * @param stream stream of the model
 * @param round number of the round
 * @param replica the replica, from 0
 */
public record Applied(String stream, long round, int replica) implements OperatorEvent {}

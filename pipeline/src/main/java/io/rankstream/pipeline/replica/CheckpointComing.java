package io.rankstream.pipeline.replica;

import org.apache.flink.runtime.operators.coordination.OperatorEvent;

/**
 * A checkpoint begins. Until a subtask has taken its part, Flink holds back what the coordinator
 * sends it.
 *
 * @param id number of the checkpoint
 * @param isSavepoint whether it is a savepoint
 */
record CheckpointComing(long id, boolean isSavepoint) implements OperatorEvent {}

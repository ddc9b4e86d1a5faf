package io.rankstream.pipeline.replica;

import org.apache.flink.runtime.operators.coordination.OperatorEvent;

/**
 * The input of a subtask has ended, and it waits for its last averages; then they have come. In
 * between no checkpoint can reach it.
 *
 * @param begins whether the wait begins
 */
record Ending(boolean begins) implements OperatorEvent {}

package io.rankstream.pipeline.replica;

import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;

/**
 * Makes the coordinator in the JobManager.
 *
 * @param operator the operator whose replicas it brings together
 */
public record RoundCoordinatorProvider(OperatorID operator)
    implements OperatorCoordinator.Provider {

  @Override
  public OperatorID getOperatorId() {
    return operator;
  }

  @Override
  public OperatorCoordinator create(OperatorCoordinator.Context context) {
    return new RoundCoordinator(context);
  }
}

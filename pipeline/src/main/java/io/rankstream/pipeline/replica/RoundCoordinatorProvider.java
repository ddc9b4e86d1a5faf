package io.rankstream.pipeline.replica;

import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;

/**
 * Makes the coordinator in the JobManager.
 *
 * @param operator the operator whose replicas it brings together
 * @param directory directory of the rounds of all jobs
 */
public record RoundCoordinatorProvider(OperatorID operator, String directory)
    implements OperatorCoordinator.Provider {

  @Override
  public OperatorID getOperatorId() {
    return operator;
  }

  @Override
  public OperatorCoordinator create(OperatorCoordinator.Context context) {
    return new RoundCoordinator(context, new JobRounds(new Path(directory), context.getJobID()));
  }
}

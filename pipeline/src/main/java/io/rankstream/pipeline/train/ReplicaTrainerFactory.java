package io.rankstream.pipeline.train;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.replica.RoundCoordinatorProvider;
import io.rankstream.pipeline.replica.RoundExchange;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.streaming.api.operators.CoordinatedOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.util.OutputTag;

/** Creates the training operator of models that have several replicas, and its coordinator. */
public final class ReplicaTrainerFactory extends TwoHeadTrainerFactory
    implements CoordinatedOperatorFactory<VersionPointer> {

  private static final long serialVersionUID = 1L;

  private final String roundDirectory;

  /**
   * @param config the job's configuration
   * @param submission the start of the job
   * @param directory where the weights for the embedders go
   * @param roundDirectory where the weights for the averages go
   * @param batchSerializer serializes waiting batches into checkpoints
   * @param metricsTag side output with one record for each training step
   * @param versionsTag side output with one record for each published model
   * @param deadLettersTag side output for images that a model does not take
   */
  public ReplicaTrainerFactory(
      JobConfig config,
      JobSubmission submission,
      String directory,
      String roundDirectory,
      TypeSerializer<MicroBatch> batchSerializer,
      OutputTag<TrainingMetrics> metricsTag,
      OutputTag<ModelVersion> versionsTag,
      OutputTag<DeadLetter> deadLettersTag) {
    super(config, submission, directory, batchSerializer, metricsTag, versionsTag, deadLettersTag);
    this.roundDirectory = roundDirectory;
  }

  @Override
  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // required by the interface's signature
  public <T extends StreamOperator<VersionPointer>> T createStreamOperator(
      StreamOperatorParameters<VersionPointer> parameters) {
    OperatorID id = parameters.getStreamConfig().getOperatorID();
    RoundExchange exchange =
        new RoundExchange(
            roundDirectory, parameters.getOperatorEventDispatcher().getOperatorEventGateway(id));
    parameters.getOperatorEventDispatcher().registerEventHandler(id, exchange);
    return (T) trainer(parameters, exchange);
  }

  @Override
  public OperatorCoordinator.Provider getCoordinatorProvider(String name, OperatorID operator) {
    return new RoundCoordinatorProvider(operator, roundDirectory);
  }
}

package io.rankstream.pipeline.train;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.replica.RoundExchange;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.util.OutputTag;

/** Creates the training operator on the TaskManager: only there its mailbox exists. */
public class TwoHeadTrainerFactory extends AbstractStreamOperatorFactory<VersionPointer>
    implements OneInputStreamOperatorFactory<MicroBatch, VersionPointer> {

  private static final long serialVersionUID = 1L;

  private final JobConfig config;
  private final JobSubmission submission;
  private final String directory;
  private final TypeSerializer<MicroBatch> batchSerializer;
  private final SideOutputs sides;

  /**
   * @param config the job's configuration
   * @param submission the start of the job
   * @param directory where the weights for the embedders go
   * @param batchSerializer serializes waiting batches into checkpoints
   * @param metricsTag side output with one record for each training step
   * @param versionsTag side output with one record for each published model
   * @param deadLettersTag side output for images that a model does not take
   */
  public TwoHeadTrainerFactory(
      JobConfig config,
      JobSubmission submission,
      String directory,
      TypeSerializer<MicroBatch> batchSerializer,
      OutputTag<TrainingMetrics> metricsTag,
      OutputTag<ModelVersion> versionsTag,
      OutputTag<DeadLetter> deadLettersTag) {
    this.config = config;
    this.submission = submission;
    this.directory = directory;
    this.batchSerializer = batchSerializer;
    this.sides = new SideOutputs(metricsTag, versionsTag, deadLettersTag);
  }

  @Override
  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // required by the interface's signature
  public <T extends StreamOperator<VersionPointer>> T createStreamOperator(
      StreamOperatorParameters<VersionPointer> parameters) {
    return (T) trainer(parameters, null);
  }

  /**
   * The operator.
   *
   * @param rounds brings the replicas of a model together; null where it has one
   */
  final TwoHeadTrainer trainer(
      StreamOperatorParameters<VersionPointer> parameters, RoundExchange rounds) {
    return new TwoHeadTrainer(
        parameters, config, submission, directory, batchSerializer, sides, rounds);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return TwoHeadTrainer.class;
  }
}

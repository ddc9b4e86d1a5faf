package io.rankstream.pipeline.drift;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.schemas.ModelVersion;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperatorFactory;

/** Creates the operator that measures drift on the TaskManagers: only there its mailbox exists. */
public final class MeasureDriftFactory extends AbstractStreamOperatorFactory<ModelVersion>
    implements TwoInputStreamOperatorFactory<AnchorInput, VersionPointer, ModelVersion> {

  private static final long serialVersionUID = 1L;

  private final JobConfig config;
  private final String directory;

  /**
   * @param config the job's configuration
   * @param directory where the trainer puts the weights for the embedders
   */
  public MeasureDriftFactory(JobConfig config, String directory) {
    this.config = config;
    this.directory = directory;
  }

  @Override
  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // required by the interface's signature
  public <T extends StreamOperator<ModelVersion>> T createStreamOperator(
      StreamOperatorParameters<ModelVersion> parameters) {
    return (T) new MeasureDrift(parameters, config, directory);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return MeasureDrift.class;
  }
}

package io.rankstream.pipeline.drift;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.schemas.ModelVersion;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperatorFactory;
import org.apache.flink.util.OutputTag;

/** Creates the operator that measures drift on the TaskManagers: only there its mailbox exists. */
public final class MeasureDriftFactory extends AbstractStreamOperatorFactory<ModelVersion>
    implements TwoInputStreamOperatorFactory<AnchorInput, VersionPointer, ModelVersion> {

  private static final long serialVersionUID = 1L;

  private final JobConfig config;
  private final String directory;
  private final OutputTag<RawRecord> requests;

  /**
   * @param config the job's configuration
   * @param directory where the trainer puts the weights for the embedders
   * @param requests side output of the epochs that it asks for, as records of the control topic
   */
  public MeasureDriftFactory(JobConfig config, String directory, OutputTag<RawRecord> requests) {
    this.config = config;
    this.directory = directory;
    this.requests = requests;
  }

  @Override
  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // required by the interface's signature
  public <T extends StreamOperator<ModelVersion>> T createStreamOperator(
      StreamOperatorParameters<ModelVersion> parameters) {
    return (T) new MeasureDrift(parameters, config, directory, requests);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return MeasureDrift.class;
  }
}

package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.event.EpochCount;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.schemas.ModelVersion;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperatorFactory;

/**
 * Creates the operator that writes the marks of the epochs. Its inputs are what the embedders and
 * the receivers count, and what happens to the epochs. It must have one subtask.
 */
public final class MarkEpochsFactory extends AbstractStreamOperatorFactory<ModelVersion>
    implements TwoInputStreamOperatorFactory<EpochCount, EpochEvent, ModelVersion> {

  private static final long serialVersionUID = 1L;

  @Override
  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // required by the interface's signature
  public <T extends StreamOperator<ModelVersion>> T createStreamOperator(
      StreamOperatorParameters<ModelVersion> parameters) {
    return (T) new MarkEpochs(parameters);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return MarkEpochs.class;
  }
}

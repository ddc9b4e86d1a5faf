package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Creates the operator of a window on the TaskManager: only there its mailbox exists. */
final class BatchWindowFactory extends AbstractStreamOperatorFactory<MicroBatch>
    implements OneInputStreamOperatorFactory<ImageInput, MicroBatch> {

  private static final long serialVersionUID = 1L;

  private final KeyedProcessFunction<StreamKey, ImageInput, MicroBatch> window;

  BatchWindowFactory(KeyedProcessFunction<StreamKey, ImageInput, MicroBatch> window) {
    this.window = window;
  }

  @Override
  @SuppressWarnings({
    "unchecked",
    "TypeParameterUnusedInFormals"
  }) // required by the interface's signature
  public <T extends StreamOperator<MicroBatch>> T createStreamOperator(
      StreamOperatorParameters<MicroBatch> parameters) {
    return (T) new BatchWindowOperator(window, parameters);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return BatchWindowOperator.class;
  }
}

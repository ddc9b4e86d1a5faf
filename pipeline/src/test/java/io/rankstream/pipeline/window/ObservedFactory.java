package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.MicroBatch;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Creates a window whose output is observed; not to be serialized. */
final class ObservedFactory extends AbstractStreamOperatorFactory<MicroBatch>
    implements OneInputStreamOperatorFactory<ImageInput, MicroBatch> {

  private static final long serialVersionUID = 1L;

  private final transient Runnable handedOn;
  private final BatchWindow window;

  ObservedFactory(Runnable handedOn, BatchWindow window) {
    this.handedOn = handedOn;
    this.window = window;
  }

  @Override
  @SuppressWarnings("TypeParameterUnusedInFormals") // required by the interface's signature
  public <T extends StreamOperator<MicroBatch>> T createStreamOperator(
      StreamOperatorParameters<MicroBatch> parameters) {
    return window
        .operator()
        .createStreamOperator(
            new StreamOperatorParameters<>(
                parameters.getContainingTask(),
                parameters.getStreamConfig(),
                new ObservedOutput(parameters.getOutput(), handedOn),
                parameters::getProcessingTimeService,
                parameters.getOperatorEventDispatcher(),
                parameters.getMailboxExecutor()));
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return window.operator().getStreamOperatorClass(classLoader);
  }
}

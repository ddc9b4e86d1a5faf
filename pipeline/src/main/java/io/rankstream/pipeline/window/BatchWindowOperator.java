package io.rankstream.pipeline.window;

import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StreamKey;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * The operator of a window that shares its task with a trainer. The trainer waits in the call that
 * hands it a batch, and takes checkpoints while it waits: the window must be complete by then, and
 * stay as it is. So a window hands a batch on after all that it has to change, and its timers fire
 * only when nobody waits.
 */
final class BatchWindowOperator extends KeyedProcessOperator<StreamKey, ImageInput, MicroBatch> {

  private static final long serialVersionUID = 1L;

  private final transient TimersBetweenElements timers;

  BatchWindowOperator(
      KeyedProcessFunction<StreamKey, ImageInput, MicroBatch> window,
      StreamOperatorParameters<MicroBatch> parameters) {
    super(window);
    timers =
        new TimersBetweenElements(
            parameters.getProcessingTimeService(), parameters.getMailboxExecutor());
    setup(parameters.getContainingTask(), parameters.getStreamConfig(), parameters.getOutput());
    setProcessingTimeService(timers);
  }

  @Override
  public void processElement(StreamRecord<ImageInput> element) throws Exception {
    timers.hold(() -> super.processElement(element));
  }

  @Override
  public void processWatermark(Watermark mark) throws Exception {
    timers.hold(() -> super.processWatermark(mark));
  }
}

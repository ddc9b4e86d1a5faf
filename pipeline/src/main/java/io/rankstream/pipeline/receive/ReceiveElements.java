package io.rankstream.pipeline.receive;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.Origin;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.schemas.DeadLetter;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Receives images from a program's own source, as {@link ReceiveImages} does from records: what is
 * good goes on as pixels of the model's size, what is not becomes a letter with the reason.
 *
 * <p>An element has no place in a topic. Its origin is the id of its image, the subtask that
 * received it, and a number that rises there, over failures and restarts too: behind, it tells
 * which of an image and an order to forget it was first.
 *
 * @param <T> type of the elements
 */
public final class ReceiveElements<T> extends ProcessFunction<T, ImageInput>
    implements CheckpointedFunction {

  private static final long serialVersionUID = 1L;

  /** More elements than one start of a subtask receives. */
  private static final int BITS_FOR_ONE_START = 36;

  private final JobConfig config;
  private final ImageMapping<T> mapping;
  private final OutputTag<ImageInput> toTrain;
  private final OutputTag<DeadLetter> deadLetters;

  private transient StreamKeys streams;
  private transient ImageCheck check;
  private transient ReceiveMetrics metrics;
  private transient int subtask;
  private transient long next;

  /**
   * @param config accepted streams, names and sizes, limits of the images and the model's input
   * @param toTrain side output of what concerns the windows: labelled images and orders to forget
   * @param deadLetters side output of the rejected elements
   */
  public ReceiveElements(
      JobConfig config,
      ImageMapping<T> mapping,
      OutputTag<ImageInput> toTrain,
      OutputTag<DeadLetter> deadLetters) {
    this.config = config;
    this.mapping = mapping;
    this.toTrain = toTrain;
    this.deadLetters = deadLetters;
  }

  /** The keys of the streams belong to the state: they do not change while the job runs. */
  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    TaskInfo task = getRuntimeContext().getTaskInfo();
    streams = new StreamKeys(context.getOperatorStateStore(), config.input().streams(), task);
    subtask = task.getIndexOfThisSubtask();
    next = firstNumber(context.getRestoredCheckpointId());
  }

  /** A later checkpoint has a higher id, so the numbers rise without a state of their own. */
  private static long firstNumber(OptionalLong restoredCheckpoint) {
    return restoredCheckpoint.isPresent()
        ? (restoredCheckpoint.getAsLong() + 1) << BITS_FOR_ONE_START
        : 0;
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) {}

  @Override
  public void open(OpenContext context) {
    metrics = new ReceiveMetrics(getRuntimeContext().getMetricGroup());
    check = new ImageCheck(config, streams::get, metrics::decoded);
  }

  @Override
  public void processElement(T element, Context context, Collector<ImageInput> out) {
    String id = mapping.id(element);
    String stream = mapping.stream(element);
    long time =
        context.timestamp() == null
            ? context.timerService().currentProcessingTime()
            : context.timestamp();
    Origin origin = new Origin(id, subtask, next++, time);
    ImageInput input;
    try {
      input =
          mapping.deletes(element)
              ? ImageInput.forget(check.keyOf(stream), id, origin)
              : ImageInput.take(image(element, id, stream, origin));
    } catch (RejectedException e) {
      byte[] key = (stream + "\n" + id).getBytes(StandardCharsets.UTF_8); // neither is checked yet
      context.output(deadLetters, metrics.rejected(e.reason().letter(origin, key, e.getMessage())));
      return;
    }

    out.collect(input);
    if (input.concernsTraining()) {
      context.output(toTrain, input);
    }
    metrics.accepted(input);
  }

  private AcceptedImage image(T element, String id, String stream, Origin origin)
      throws RejectedException {
    ImageFacts facts =
        new ImageFacts(
            id,
            stream,
            mapping.label(element),
            mapping.eventTime(element, origin.timestamp()),
            origin);
    byte[] image = mapping.image(element);
    return mapping.isDecoded() ? check.pixels(facts, image) : check.encoded(facts, image, 0);
  }
}

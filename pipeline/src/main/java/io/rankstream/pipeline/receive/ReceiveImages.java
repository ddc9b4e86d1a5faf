package io.rankstream.pipeline.receive;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.RegistryException;
import io.rankstream.schemas.DeadLetter;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Finds everything that can be wrong with an input record while the record is still at hand:
 * envelope, names, header and pixels of the image. What is good goes on as pixels of the model's
 * size; what is not becomes a dead letter with the whole record. A record without value goes on as
 * the order to forget the image of its key.
 *
 * <p>It gives each image the {@linkplain StreamKeys key} of its stream.
 *
 * <p>It runs in the task of the source, so that decoding scales with the partitions.
 */
public final class ReceiveImages extends ProcessFunction<RawRecord, ImageInput>
    implements CheckpointedFunction {

  private static final long serialVersionUID = 1L;

  private final JobConfig config;
  private final OutputTag<ImageInput> toTrain;
  private final OutputTag<DeadLetter> deadLetters;

  private transient StreamKeys streams;
  private transient ImageEnvelope envelope;
  private transient SchemaMemory schemas;
  private transient ImageReader reader;
  private transient ReceiveMetrics metrics;

  /**
   * @param config accepted streams, names and sizes, limits of the images, the model's input, and
   *     the registry of records in the Confluent format
   * @param toTrain side output of what concerns the windows: labelled images and orders to forget
   * @param deadLetters side output of the rejected records
   */
  public ReceiveImages(
      JobConfig config, OutputTag<ImageInput> toTrain, OutputTag<DeadLetter> deadLetters) {
    this.config = config;
    this.toTrain = toTrain;
    this.deadLetters = deadLetters;
  }

  /** The keys of the streams belong to the state: they do not change while the job runs. */
  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    streams =
        new StreamKeys(
            context.getOperatorStateStore(),
            config.input().streams(),
            getRuntimeContext().getTaskInfo());
    envelope = new ImageEnvelope(config.registry());
    schemas = new SchemaMemory(context.getOperatorStateStore());
    schemas.restore(envelope);
    if (!context.isRestored()) {
      requireAccess();
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    schemas.keep(envelope);
  }

  @Override
  public void open(OpenContext context) {
    metrics = new ReceiveMetrics(getRuntimeContext().getMetricGroup());
    reader = new ImageReader(config, envelope, streams::get, metrics::decoded);
  }

  @Override
  public void processElement(RawRecord record, Context context, Collector<ImageInput> out) {
    Optional<ImageInput> read;
    try {
      read = reader.read(record, stream -> true);
    } catch (RejectedException e) {
      context.output(deadLetters, metrics.rejected(e.reason().letter(record, e.getMessage())));
      return;
    }

    ImageInput input = read.orElseThrow();
    out.collect(input);
    if (input.concernsTraining()) {
      context.output(toTrain, input);
    }
    metrics.accepted(input, record.key());
  }

  /** A job that starts with a wrong login ends now. While it runs, the login may be put right. */
  private void requireAccess() {
    try {
      envelope.requireAccess();
    } catch (RegistryException e) {
      throw new SuppressRestartsException(e);
    }
  }
}

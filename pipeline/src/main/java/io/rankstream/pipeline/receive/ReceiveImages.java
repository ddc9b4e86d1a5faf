package io.rankstream.pipeline.receive;

import io.rankstream.model.image.DecodeLimits;
import io.rankstream.model.image.ImageDecoder;
import io.rankstream.model.image.ImageRejectedException;
import io.rankstream.model.image.InputSpec;
import io.rankstream.model.image.NativeDecoderMissingException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.AcceptedImage;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.pipeline.wire.RedrivenCount;
import io.rankstream.pipeline.wire.RegisteredSchema;
import io.rankstream.pipeline.wire.RegistryException;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LabeledImage;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
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

  private final JobConfig.Input input;
  private final DecodeLimits limits;
  private final JobConfig.Registry registry;
  private final InputSpec pixels;
  private final OutputTag<ImageInput> toTrain;
  private final OutputTag<DeadLetter> deadLetters;

  private transient StreamKeys streams;
  private transient NameRule ids;
  private transient NameRule labels;
  private transient ImageEnvelope envelope;
  private transient ImageDecoder decoder;
  private transient ReceiveMetrics metrics;
  private transient ListState<Tuple3<String, Integer, String>> schemas;

  /**
   * @param config accepted streams, names and sizes, limits of the images, the model's input, and
   *     the registry of records in the Confluent format
   * @param toTrain side output of what concerns the windows: labelled images and orders to forget
   * @param deadLetters side output of the rejected records
   */
  public ReceiveImages(
      JobConfig config, OutputTag<ImageInput> toTrain, OutputTag<DeadLetter> deadLetters) {
    this.input = config.input();
    this.limits = config.imageLimits();
    this.registry = config.registry();
    this.pixels = config.model().input();
    this.toTrain = toTrain;
    this.deadLetters = deadLetters;
  }

  /**
   * The schemas that are known belong to the state: after a failure, the records since the last
   * checkpoint can be read whether or not the registry is there. So do the keys of the streams,
   * which do not change while the job runs.
   *
   * <p>After a change of the parallelism a task may have to ask the registry again. Union state, of
   * which every task gets all, would spare that, but Flink fails the checkpoints of a job with such
   * state while some of its tasks have reached the end of a bounded input and others have not.
   */
  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    TaskInfo task = getRuntimeContext().getTaskInfo();
    streams =
        new StreamKeys(
            context.getOperatorStateStore(),
            input.streams(),
            new EvenKeyGroups(
                task.getMaxNumberOfParallelSubtasks(), task.getNumberOfParallelSubtasks()));
    envelope = new ImageEnvelope(registry);
    schemas =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>(
                    "registered-schemas", Types.TUPLE(Types.STRING, Types.INT, Types.STRING)));
    List<RegisteredSchema> known = new ArrayList<>();
    for (Tuple3<String, Integer, String> each : schemas.get()) {
      known.add(new RegisteredSchema(each.f0, each.f1, each.f2));
    }
    envelope.restore(known);
    if (!context.isRestored()) {
      requireAccess();
    }
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    schemas.update(
        envelope.knownSchemas().stream()
            .map(each -> Tuple3.of(each.registry(), each.id(), each.schema()))
            .toList());
  }

  @Override
  public void open(OpenContext context) {
    ids = new NameRule(RejectionReason.IMAGE_ID_INVALID, input.maxIdLength());
    labels = new NameRule(RejectionReason.LABEL_INVALID, input.maxLabelLength());
    try {
      decoder = new ImageDecoder(pixels, limits);
    } catch (NativeDecoderMissingException e) {
      throw new SuppressRestartsException(e); // it would be missing again
    }
    metrics = new ReceiveMetrics(getRuntimeContext().getMetricGroup());
  }

  @Override
  public void processElement(RawRecord record, Context context, Collector<ImageInput> out) {
    ImageInput input;
    try {
      input = record.value() == null ? forget(record) : ImageInput.take(accept(record));
    } catch (RejectedException e) {
      context.output(deadLetters, metrics.rejected(e.reason().letter(record, e.getMessage())));
      return;
    }

    out.collect(input);
    if (input.concernsTraining()) {
      context.output(toTrain, input);
    }
    metrics.accepted(input, record.key());
  }

  /** The id may be longer than is accepted now: an earlier job may have accepted it. */
  private ImageInput forget(RawRecord record) throws RejectedException {
    RecordKey key =
        RecordKey.parse(record.key())
            .orElseThrow(
                () ->
                    new RejectedException(
                        RejectionReason.KEY_INVALID,
                        "The record has no value, and its key is not stream, line feed, image id in UTF-8"));
    return ImageInput.forget(keyOf(key.stream()), key.imageId(), record.origin());
  }

  /** A job that starts with a wrong login ends now. While it runs, the login may be put right. */
  private void requireAccess() {
    try {
      envelope.requireAccess();
    } catch (RegistryException e) {
      throw new SuppressRestartsException(e);
    }
  }

  private AcceptedImage accept(RawRecord record) throws RejectedException {
    if (record.value().length > input.maxRecordBytes()) {
      throw new RejectedException(
          RejectionReason.VALUE_TOO_LARGE,
          "The record has %d bytes (at most %d)"
              .formatted(record.value().length, input.maxRecordBytes()));
    }

    LabeledImage image = envelope.open(record.value());
    ids.require(image.getImageId());
    StreamKey key = keyOf(image.getStream());
    if (image.getLabel() != null) {
      labels.require(image.getLabel());
    }
    byte[] encoded = ImageEnvelope.encodedImage(image);
    return new AcceptedImage(
        image.getImageId(),
        key,
        image.getLabel(),
        image.getEventTime().toEpochMilli(),
        digest(encoded, RedrivenCount.ofHeaders(record.headers())),
        decode(encoded),
        record.origin());
  }

  private StreamKey keyOf(String stream) throws RejectedException {
    StreamKey key = streams.get(stream);
    if (key == null) {
      throw new RejectedException(
          RejectionReason.STREAM_UNKNOWN,
          "The stream is not one of input.streams = " + String.join(";", input.streams()));
    }

    return key;
  }

  private byte[] decode(byte[] encoded) throws RejectedException {
    long start = System.nanoTime();
    try {
      return decoder.decode(encoded);
    } catch (ImageRejectedException e) {
      throw new RejectedException(RejectionReason.of(e.reason()), e.getMessage());
    } finally {
      metrics.decoded(start);
    }
  }

  /**
   * An image that comes back from the dead letters is no repeat of the first time: the trainer may
   * have refused it after the window had remembered it.
   */
  private static int digest(byte[] encoded, int redriven) {
    CRC32C digest = new CRC32C();
    digest.update(encoded);
    if (redriven > 0) {
      digest.update(RedrivenCount.bytes(redriven));
    }
    return (int) digest.getValue();
  }
}

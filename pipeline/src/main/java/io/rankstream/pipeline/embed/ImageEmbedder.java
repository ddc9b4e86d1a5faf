package io.rankstream.pipeline.embed;

import ai.djl.Device;
import io.rankstream.pipeline.config.EmbedConfig;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.LagPolicy;
import io.rankstream.pipeline.event.EmbeddingChange;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.ImageInput.Kind;
import io.rankstream.pipeline.event.RejectionReason;
import io.rankstream.pipeline.event.StateMismatchException;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobStart;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.pipeline.start.ModelDevice;
import io.rankstream.schemas.DeadLetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * What both operators that embed have in common: the models in memory, the images that wait for a
 * full batch, and the records of their embeddings.
 *
 * <p>Images wait for a full batch of their stream, at most {@code embed.max-wait} and never over a
 * barrier: no image is in the state.
 *
 * @param <V> tells of versions
 */
abstract class ImageEmbedder<V> extends AbstractStreamOperator<EmbeddingChange>
    implements TwoInputStreamOperator<ImageInput, V, EmbeddingChange> {

  private static final long serialVersionUID = 1L;

  /** The version that embeds the images of a stream, or is to do so. */
  static final MapStateDescriptor<String, VersionPointer> TOLD =
      new MapStateDescriptor<>(
          "versions-told", Types.STRING, TypeInformation.of(VersionPointer.class));

  final JobConfig jobConfig;
  final EmbedConfig settings;
  private final JobSubmission submission;
  private final String directory;
  private final OutputTag<DeadLetter> deadLetters;

  transient JobStart start;
  transient ServedVersions versions;
  transient EmbeddingBatches batches;
  transient EmbedMetrics measured;
  private transient EmbeddingRecord records;

  ImageEmbedder(
      StreamOperatorParameters<EmbeddingChange> parameters,
      JobConfig config,
      JobSubmission submission,
      String directory,
      OutputTag<DeadLetter> deadLetters) {
    super(parameters);
    this.jobConfig = config;
    this.settings = config.embed();
    this.submission = submission;
    this.directory = directory;
    this.deadLetters = deadLetters;
  }

  /** Embeds images of one stream, at least one, in the order of their arrival. */
  abstract void embed(List<ImageInput> images) throws InterruptedException;

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    start = JobStart.of(getRuntimeContext().getJobInfo().getJobId(), submission);
  }

  @Override
  public void open() throws Exception {
    super.open();
    Device device = ModelDevice.of(settings.device(), jobConfig.model().precisions());
    versions =
        new ServedVersions(
            jobConfig,
            device,
            start,
            new VersionLoader(directory, device, jobConfig.model().precisions().served()));
    batches = new EmbeddingBatches(settings, getProcessingTimeService(), this::embed);
    records = new EmbeddingRecord(jobConfig.model());
    measured = new EmbedMetrics(getMetricGroup(), this::versionsInMemory);
  }

  @Override
  public void close() throws Exception {
    if (versions != null) {
      versions.close();
    }
    super.close();
  }

  /** Versions in memory, beside the weights that models start with. */
  final int versionsInMemory() {
    return versions.size();
  }

  /**
   * Embeds images under one version.
   *
   * @param pointer the version; null for the weights that the model starts with
   * @param serves whether consumers use the version now
   * @return what became of them, which is emitted
   */
  final EmbeddingRecord.Result embed(
      List<ImageInput> images, VersionPointer pointer, boolean serves) throws InterruptedException {
    String stream = images.get(0).stream();
    ServedVersion version = pointer == null ? versions.starting(stream) : versions.get(pointer);
    EmbeddingRecord.Result result;
    try {
      result = records.of(images, version);
    } catch (StateMismatchException e) {
      throw new SuppressRestartsException(e); // the same images would not fit again
    }
    result.changes().forEach(change -> output.collect(new StreamRecord<>(change)));
    result.refused().forEach(this::reject);
    if (serves) {
      measured.embedded(stream, images, version);
    } else {
      measured.embeddedBeside(images.size());
    }
    return result;
  }

  /** Embeds what came before an order to forget an image, then deletes the embedding. */
  final void delete(ImageInput order) throws InterruptedException {
    batches.embed(order.stream());
    output.collect(new StreamRecord<>(EmbeddingChange.deletion(order.stream(), order.imageId())));
    measured.deleted();
  }

  /** Whether an image that arrived is too old to be embedded; then it becomes a dead letter. */
  final boolean isShed(ImageInput input) {
    long age = getProcessingTimeService().getCurrentProcessingTime() - input.origin().timestamp();
    boolean isShed =
        settings.lagPolicy() == LagPolicy.SHED
            && input.kind() == Kind.TAKE
            && age > settings.maxLag().toMillis();
    if (isShed) {
      reject(
          RejectionReason.LAG_SHED.letter(
              input.origin(),
              "It is older than embed.max-lag = %s s, so it is not embedded"
                  .formatted(settings.maxLag().toSeconds())));
    }
    return isShed;
  }

  /** Whether a stream of the job embeds with the weights that its model starts with. */
  final boolean anyStarts(Function<String, VersionPointer> current) {
    return jobConfig.input().streams().stream().anyMatch(stream -> current.apply(stream) == null);
  }

  /** What a restored state has of the streams that the job still has. */
  final <T> Map<String, T> ofPresentStreams(BroadcastState<String, T> state) throws Exception {
    Map<String, T> present = new HashMap<>();
    for (Map.Entry<String, T> each : state.immutableEntries()) {
      if (jobConfig.input().streams().contains(each.getKey())) {
        present.put(each.getKey(), each.getValue());
      }
    }
    return present;
  }

  private void reject(DeadLetter letter) {
    output.collect(deadLetters, new StreamRecord<>(letter));
    measured.rejected(letter);
  }
}

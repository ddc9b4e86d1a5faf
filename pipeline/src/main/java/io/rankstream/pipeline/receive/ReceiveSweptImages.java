package io.rankstream.pipeline.receive;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EpochCount;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.ImageInput;
import io.rankstream.pipeline.event.RejectedException;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.event.SweptRecord;
import io.rankstream.pipeline.wire.ImageEnvelope;
import io.rankstream.pipeline.wire.RecordKey;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.co.CoProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Decodes the images of the input topic again, for epochs that are open. A record that is not
 * accepted had its dead letter when it arrived: here it is counted.
 *
 * <p>The events of the epochs come on a broadcast edge, so the edge of the records is aligned as
 * well: no barrier overtakes a record here, which the completion of an epoch relies on.
 */
public final class ReceiveSweptImages extends CoProcessFunction<SweptRecord, EpochEvent, ImageInput>
    implements CheckpointedFunction {

  private static final long serialVersionUID = 1L;

  private final JobConfig config;
  private final OutputTag<EpochCount> counts;

  private transient ImageEnvelope envelope;
  private transient SchemaMemory schemas;
  private transient ImageReader reader;
  private transient Map<String, Long> aborted; // newest by stream; spares work, and is no state
  private transient Counter accepted;
  private transient Counter refused;

  /**
   * @param config names and sizes, limits of the images, the model's input, and the registry
   * @param counts side output of the records that are not accepted
   */
  public ReceiveSweptImages(JobConfig config, OutputTag<EpochCount> counts) {
    this.config = config;
    this.counts = counts;
  }

  @Override
  public void initializeState(FunctionInitializationContext context) throws Exception {
    envelope = new ImageEnvelope(config.registry());
    schemas = new SchemaMemory(context.getOperatorStateStore());
    schemas.restore(envelope);
  }

  @Override
  public void snapshotState(FunctionSnapshotContext context) throws Exception {
    schemas.keep(envelope);
  }

  @Override
  public void open(OpenContext context) {
    // Whoever embeds knows a stream by its name alone.
    reader = new ImageReader(config, envelope, stream -> new StreamKey(stream, 0), start -> {});
    aborted = new HashMap<>();
    accepted = getRuntimeContext().getMetricGroup().counter("numSweptImagesAccepted");
    refused = getRuntimeContext().getMetricGroup().counter("numSweptImagesRefused");
  }

  @Override
  public void processElement1(SweptRecord swept, Context context, Collector<ImageInput> out) {
    Map<String, Long> epochs = swept.epochs();
    try {
      Optional<ImageInput> read =
          reader.read(swept.record(), stream -> isOpen(stream, epochs.get(stream)));
      if (read.isPresent()) {
        out.collect(read.get().sweptFor(epochs.get(read.get().stream())));
        accepted.inc();
      }
    } catch (RejectedException e) {
      refused.inc();
      for (String stream : streams(swept)) {
        context.output(counts, EpochCount.ofRefused(stream, epochs.get(stream)));
      }
    }
  }

  @Override
  public void processElement2(EpochEvent event, Context context, Collector<ImageInput> out) {
    if (event.kind() == EpochEvent.Kind.ABORT) {
      aborted.put(event.stream(), event.number());
    }
  }

  private boolean isOpen(String stream, Long epoch) {
    return epoch != null && epoch > aborted.getOrDefault(stream, -1L);
  }

  /** The streams that a refused record may be of: that of its key, or any. */
  private static Collection<String> streams(SweptRecord swept) {
    Optional<String> named = RecordKey.parse(swept.record().key()).map(RecordKey::stream);
    if (named.isEmpty()) {
      return swept.epochs().keySet();
    }

    return swept.epochs().containsKey(named.get()) ? List.of(named.get()) : List.of();
  }
}

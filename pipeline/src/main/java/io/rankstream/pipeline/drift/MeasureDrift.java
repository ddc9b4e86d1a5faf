package io.rankstream.pipeline.drift;

import ai.djl.Device;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.ModelDevice;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.ThrowingRunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how far the embeddings of each stream move. It is keyed by stream and keeps images of
 * each, the anchors. The versions come from the trainer, as pointers on a broadcast edge; every
 * {@code drift.every-steps} steps one of them embeds the anchors and is compared with the version
 * measured before, and with the base, from which drift counts.
 *
 * <p>A thread of its own loads and embeds, one version at a time; of those that a stream waits with
 * the newest one wins. State and records change together in the task thread, so a failure loses at
 * most a measurement in progress: the next version that comes is measured in its place.
 *
 * <p>When a stream has moved further than {@code epochs.drift}, it asks for an epoch, and drift
 * counts from that version on.
 *
 * <p>Measuring is never a reason to stop the stream: a version that cannot be measured is skipped
 * and counted.
 */
final class MeasureDrift extends AbstractStreamOperator<ModelVersion>
    implements TwoInputStreamOperator<AnchorInput, VersionPointer, ModelVersion>,
        BoundedMultiInput {

  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(MeasureDrift.class);

  private final JobConfig jobConfig;
  private final String directory;
  private final OutputTag<RawRecord> requests;
  private final transient MailboxExecutor mailbox;

  private transient AnchorState state;
  private transient Map<String, StreamAnchors> streams;
  private transient Map<String, VersionPointer> waiting;
  private transient VersionMeasure measure;
  private transient MeasuringThread thread;
  private transient DriftMetrics measured;
  private transient boolean running;
  private transient boolean skips; // the log has told of it

  MeasureDrift(
      StreamOperatorParameters<ModelVersion> parameters,
      JobConfig config,
      String directory,
      OutputTag<RawRecord> requests) {
    super(parameters);
    this.jobConfig = config;
    this.directory = directory;
    this.requests = requests;
    this.mailbox = parameters.getMailboxExecutor();
  }

  @Override
  public void open() throws Exception {
    super.open();
    Device device = ModelDevice.of(jobConfig.embed().device(), jobConfig.model().precisions());
    measure = new VersionMeasure(jobConfig, directory, device);
    thread = new MeasuringThread();
    measured = new DriftMetrics(getMetricGroup(), jobConfig.drift().map());
    state = new AnchorState(getRuntimeContext());
    streams = new HashMap<>();
    waiting = new LinkedHashMap<>();
    for (StreamKey key : restoredKeys()) {
      if (jobConfig.input().streams().contains(key.stream())) {
        setCurrentKey(key);
        anchors(key);
      }
    }
  }

  @Override
  public void processElement1(StreamRecord<AnchorInput> element) throws Exception {
    StreamAnchors anchors = anchors(element.getValue().key());
    anchors.add(element.getValue());
    measured.anchors(anchors);
  }

  @Override
  public void processElement2(StreamRecord<VersionPointer> element) throws Exception {
    VersionPointer told = element.getValue();
    waiting.put(told.stream(), told);
    startNext();
  }

  /** What waits is measured before the end: the versions end behind the last step. */
  @Override
  public void endInput(int inputId) throws Exception {
    while (inputId == 2 && running) {
      mailbox.yield();
    }
  }

  @Override
  public void close() throws Exception {
    if (thread != null) {
      thread.close();
    }
    super.close();
  }

  /** Anchors of a stream in this subtask. */
  int anchors(String stream) {
    StreamAnchors anchors = streams.get(stream);
    return anchors == null ? 0 : anchors.size();
  }

  private List<StreamKey> restoredKeys() {
    try (Stream<StreamKey> keys =
        this.<StreamKey>getKeyedStateBackend()
            .getKeys(AnchorState.VERSIONS, VoidNamespace.INSTANCE)) {
      return keys.toList();
    }
  }

  /** The anchors of the current key. */
  private StreamAnchors anchors(StreamKey key) throws Exception {
    StreamAnchors anchors = streams.get(key.stream());
    if (anchors == null) {
      anchors =
          StreamAnchors.open(
              key,
              jobConfig.drift().anchors(),
              jobConfig.model().seed(),
              jobConfig.model().input().pixelsPerImage(),
              state);
      streams.put(key.stream(), anchors);
      measured.anchors(anchors);
      measured.versions(key.stream(), anchors.versions());
    }
    return anchors;
  }

  /** Starts with the version that has waited longest, if it is of a stream of this subtask. */
  private void startNext() throws Exception {
    while (!running && !waiting.isEmpty()) {
      VersionPointer told = waiting.remove(waiting.keySet().iterator().next());
      StreamAnchors anchors = streams.get(told.stream());
      if (anchors != null && anchors.size() > 0) {
        setCurrentKey(anchors.key());
        MeasuredVersions before = anchors.versions();
        if (before.isDue(told, jobConfig.drift().everySteps())) {
          running = true;
          start(told, before, anchors);
        }
      }
    }
  }

  private void start(VersionPointer told, MeasuredVersions before, StreamAnchors anchors)
      throws Exception {
    List<AnchorImage> images = anchors.images();
    thread.execute(
        () -> {
          try {
            long since = System.nanoTime();
            Measurement measurement = measure.of(told, before, images);
            long nanos = System.nanoTime() - since;
            inTask(() -> finish(anchors, measurement, nanos));
          } catch (IOException | RuntimeException e) {
            inTask(() -> skip(told, e));
          } catch (Error e) {
            inTask(() -> ExceptionUtils.rethrow(e));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the task ends
          }
        });
  }

  private void inTask(ThrowingRunnable<Exception> action) {
    try {
      mailbox.execute(action, "Result of a measurement of drift");
    } catch (RejectedExecutionException e) {
      LOG.debug("The task ended before a measurement returned", e);
    }
  }

  private void finish(StreamAnchors anchors, Measurement measurement, long nanos) throws Exception {
    running = false;
    skips = false;
    String stream = anchors.key().stream();
    setCurrentKey(anchors.key());
    anchors.measured(measurement.version(), measurement.images(), measurement.newBase());
    measured.measured(stream, measurement, nanos);
    measured.versions(stream, anchors.versions());
    Instant now = Instant.now();
    Stream.of(measurement.sincePrevious(), measurement.sinceBase())
        .flatMap(Optional::stream)
        .map(each -> DriftRecord.of(stream, measurement.version(), each, now))
        .forEach(record -> output.collect(new StreamRecord<>(record)));
    if (measurement.asksForEpoch()) {
      long version = measurement.version().version();
      output.collect(requests, new StreamRecord<>(EpochWish.of(stream, version, now)));
    }
    startNext();
  }

  private void skip(VersionPointer told, Exception reason) throws Exception {
    running = false;
    measured.skipped();
    if (!skips) {
      skips = true;
      LOG.warn(
          "The drift of version {} of stream {} is not measured; the next version is measured in its place. Training and embedding go on",
          told.version(),
          told.stream(),
          reason);
    }
    startNext();
  }
}

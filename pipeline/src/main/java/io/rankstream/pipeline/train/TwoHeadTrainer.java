package io.rankstream.pipeline.train;

import ai.djl.Device;
import io.rankstream.model.BriefThread;
import io.rankstream.model.Devices;
import io.rankstream.model.step.TrainingFailedException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.DecodedBatch;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.KeyedStateCheckpointOutputStream;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.concurrent.ExecutorThreadFactory;
import org.apache.flink.util.function.ThrowingRunnable;

/**
 * The operator that owns the models, one for each stream.
 *
 * <p>Batches are taken by a training thread of the operator's own, so that a step of seconds blocks
 * neither barriers nor timers; results come back through the mailbox and leave in the order of the
 * input.
 *
 * <p>Consistency: the training thread computes gradients outside a gate, since that changes
 * nothing, and updates weights inside it. Before a barrier leaves, the gate is closed, which waits
 * for an update in progress at most, and what is finished is emitted; it opens again once the state
 * is copied. A checkpoint therefore holds weights that contain exactly the batches whose results
 * went out before the barrier, and the waiting batches, that in progress included, which are taken
 * again after a restore. The copy is written while training goes on. The state is raw keyed state:
 * one contiguous copy for each model, redistributed by stream when the job is rescaled.
 */
final class TwoHeadTrainer extends AbstractStreamOperator<ImageEmbedding>
    implements OneInputStreamOperator<DecodedBatch, ImageEmbedding>, BoundedOneInput {

  private static final long serialVersionUID = 1L;

  private static final long STEP_PATIENCE_SECONDS = 120;

  private final JobConfig jobConfig;
  private final OutputTag<TrainingMetrics> metricsTag;
  private final OutputTag<ModelVersion> versionsTag;
  private final TypeSerializer<DecodedBatch> batchSerializer;
  private final transient MailboxExecutor mailbox;

  private transient Device device;
  private transient StepGate gate;
  private transient Map<String, StreamModel> models;
  private transient ArrayDeque<DecodedBatch> inFlight;
  private transient Queue<StepResult> finished;
  private transient ExecutorService trainingThread;
  private transient KeyedStateCheckpointOutputStream rawState;
  private transient TrainerMetrics measured;

  TwoHeadTrainer(
      StreamOperatorParameters<ImageEmbedding> parameters,
      JobConfig config,
      TypeSerializer<DecodedBatch> batchSerializer,
      OutputTag<TrainingMetrics> metricsTag,
      OutputTag<ModelVersion> versionsTag) {
    super(parameters);
    this.jobConfig = config;
    this.batchSerializer = batchSerializer;
    this.metricsTag = metricsTag;
    this.versionsTag = versionsTag;
    this.mailbox = parameters.getMailboxExecutor();
  }

  @Override
  protected boolean isUsingCustomRawKeyedState() {
    return true;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    device = Devices.select(jobConfig.device());
    gate = new StepGate();
    models = new TreeMap<>();
    inFlight = new ArrayDeque<>();
    finished = new ConcurrentLinkedQueue<>();
    if (context.isRestored()) {
      BriefThread.call(
          () -> {
            TrainerSnapshot.read(
                context.getRawKeyedStateInputs(),
                jobConfig,
                device,
                batchSerializer,
                models,
                inFlight);
            return null;
          });
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    measured = new TrainerMetrics(getMetricGroup(), inFlight::size);
    trainingThread =
        Executors.newSingleThreadExecutor(new ExecutorThreadFactory("two-head-trainer"));
    inFlight.forEach(this::submit); // taken before the checkpoint, not trained on by then
  }

  @Override
  public void processElement(StreamRecord<DecodedBatch> element) throws Exception {
    gate.open(); // an aborted checkpoint may have left it closed
    while (inFlight.size() >= jobConfig.trainer().batchesInFlight()) {
      mailbox.yield(); // back-pressure
    }

    inFlight.add(element.getValue());
    submit(element.getValue());
  }

  @Override
  public void endInput() throws Exception {
    gate.open();
    while (!inFlight.isEmpty()) {
      mailbox.yield();
    }
    for (StreamModel model : models.values()) { // the training thread has nothing left to do
      emit(model.publishLast());
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    gate.close();
    emitFinished();
    measured.barrier(checkpointId);
  }

  /** Copies the state while the gate is closed and hands the copy over to be written later. */
  @Override
  public OperatorSnapshotFutures snapshotState(
      long checkpointId, long timestamp, CheckpointOptions options, CheckpointStreamFactory storage)
      throws Exception {
    OperatorSnapshotFutures futures =
        super.snapshotState(checkpointId, timestamp, options, storage);
    int keyGroups = getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks();
    TrainerSnapshot state;
    try {
      state =
          BriefThread.call(() -> TrainerSnapshot.of(models, inFlight, batchSerializer, keyGroups));
    } catch (Exception e) {
      futures.cancel();
      throw e;
    } finally {
      gate.open();
    }
    futures.setKeyedStateRawFuture(
        new SnapshotWrite(state, rawState, futures.getKeyedStateRawFuture()));
    return futures;
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    rawState = context.getRawKeyedOperatorStateOutput();
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    measured.committed(checkpointId, Instant.now());
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    super.notifyCheckpointAborted(checkpointId);
    gate.open();
  }

  @Override
  public void close() throws Exception {
    boolean idle = stopTrainingThread();
    if (idle && models != null) {
      models.values().forEach(StreamModel::close);
      models.clear();
    }
    super.close();
  }

  private void submit(DecodedBatch batch) {
    trainingThread.execute(
        () -> {
          try {
            process(batch);
          } catch (TrainingFailedException e) {
            tellTask(
                () -> {
                  throw new SuppressRestartsException(e); // the same batches would fail again
                });
          } catch (IOException | RuntimeException | Error e) {
            tellTask(() -> ExceptionUtils.rethrow(e));
          }
        });
  }

  /** Only what changes the models happens inside the gate. */
  private void process(DecodedBatch batch) throws IOException {
    StreamModel model = model(batch.stream());
    try (PreparedBatch prepared = model.prepare(batch)) {
      gate.enter();
      try {
        finished.add(model.finish(prepared));
        tellTask(this::emitFinished);
      } finally {
        gate.leave();
      }
    }
  }

  private void tellTask(ThrowingRunnable<Exception> news) {
    try {
      mailbox.execute(news, "Result of a training step");
    } catch (RejectedExecutionException e) {
      LOG.debug("The task ended before the result of its last training step came", e);
    }
  }

  private StreamModel model(String stream) {
    gate.enter();
    try {
      return models.computeIfAbsent(stream, name -> StreamModel.create(jobConfig, name, device));
    } finally {
      gate.leave();
    }
  }

  private void emitFinished() {
    for (StepResult result = finished.poll(); result != null; result = finished.poll()) {
      inFlight.remove(); // results come in the order of the batches
      for (ImageEmbedding embedding : result.embeddings(jobConfig)) {
        output.collect(new StreamRecord<>(embedding));
      }

      Optional<TrainingMetrics> metrics = result.metrics(Instant.now());
      if (metrics.isPresent()) {
        output.collect(metricsTag, new StreamRecord<>(metrics.get()));
      }
      measured.emitted(result, Instant.now());
      emit(result.published());
    }
  }

  private void emit(Optional<ModelVersion> published) {
    published.ifPresent(version -> output.collect(versionsTag, new StreamRecord<>(version)));
  }

  /**
   * Native code ignores interrupts: the models may be closed only after the step in progress has
   * come back.
   */
  private boolean stopTrainingThread() throws InterruptedException {
    if (trainingThread == null) {
      return true;
    }

    trainingThread.shutdownNow();
    if (gate != null) {
      gate.open();
    }
    boolean stopped = trainingThread.awaitTermination(STEP_PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!stopped) {
      LOG.warn(
          "A training step has not come back for {} s; its memory is freed with the process.",
          STEP_PATIENCE_SECONDS);
    }

    return stopped;
  }
}

package io.rankstream.pipeline.train;

import ai.djl.Device;
import io.rankstream.model.Devices;
import io.rankstream.model.OneShotThread;
import io.rankstream.model.step.TrainingFailedException;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.MicroBatch;
import io.rankstream.pipeline.event.StateMismatchException;
import io.rankstream.pipeline.event.StreamKey;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.publish.PointerPublisher;
import io.rankstream.pipeline.publish.VersionPublisher;
import io.rankstream.pipeline.replica.RoundExchange;
import io.rankstream.pipeline.start.JobStart;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.pipeline.start.ModelDevice;
import java.time.Instant;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.CheckpointingOptions;
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
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.function.ThrowingRunnable;

/**
 * The operator that owns the models, one for each stream.
 *
 * <p>The operator has a training thread, so that a step of seconds blocks neither barriers nor
 * timers. Results return through the mailbox and are emitted in the order of the input.
 *
 * <p>Consistency: the training thread computes gradients outside a gate, since that changes
 * nothing, and updates weights inside it. Before a barrier is emitted, the operator closes the
 * gate, which waits at most for one update, and emits the finished results. It opens the gate as
 * soon as the state is copied. A checkpoint therefore holds the weights after exactly those batches
 * whose results were emitted before the barrier, and the waiting batches with the one in progress,
 * which are processed again after a restore. The copy is written while training continues. A
 * checkpoint may also begin while the operator has no room for further input. The state is raw
 * keyed state: one contiguous copy for each model, redistributed by stream when the job is
 * rescaled.
 */
final class TwoHeadTrainer extends AbstractStreamOperator<VersionPointer>
    implements OneInputStreamOperator<MicroBatch, VersionPointer>, BoundedOneInput {

  private static final long serialVersionUID = 1L;

  private final JobConfig jobConfig;
  private final JobSubmission submission;
  private final String directory;
  private final SideOutputs sides;
  private final TypeSerializer<MicroBatch> batchSerializer;
  private final transient MailboxExecutor mailbox;
  private final transient MailboxExecutor all; // barriers too
  private final transient RoundExchange exchange; // null where models have no replicas

  private transient Device device;
  private transient JobStart start;
  private transient boolean isRestored;
  private transient StepGate gate;
  private transient int threadsBefore; // of PyTorch, in the process that wrote the state
  private transient Map<StreamKey, StreamModel> models;
  private transient BatchesInFlight inFlight;
  private transient Queue<StepResult> finished;
  private transient TrainingThread trainingThread;
  private transient KeyedStateCheckpointOutputStream rawState;
  private transient TrainerMetrics measured;
  private transient ResultEmitter emitter;
  private transient CapturePublishers publishers;
  private transient ReplicaRounds rounds;

  TwoHeadTrainer(
      StreamOperatorParameters<VersionPointer> parameters,
      JobConfig config,
      JobSubmission submission,
      String directory,
      TypeSerializer<MicroBatch> batchSerializer,
      SideOutputs sides,
      RoundExchange exchange) {
    super(parameters);
    this.jobConfig = config;
    this.submission = submission;
    this.directory = directory;
    this.batchSerializer = batchSerializer;
    this.sides = sides;
    this.mailbox = parameters.getMailboxExecutor();
    this.all =
        parameters
            .getContainingTask()
            .getMailboxExecutorFactory()
            .createExecutor(TaskMailbox.MIN_PRIORITY);
    this.exchange = exchange;
  }

  @Override
  protected boolean isUsingCustomRawKeyedState() {
    return true;
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    device = ModelDevice.of(jobConfig.device(), jobConfig.model().precisions());
    start = JobStart.of(getRuntimeContext().getJobInfo().getJobId(), submission);
    gate = new StepGate();
    models = new TreeMap<>();
    inFlight = new BatchesInFlight(jobConfig.trainer().batchesInFlight());
    finished = new ConcurrentLinkedQueue<>();
    threadsBefore = Devices.threads();
    isRestored = context.isRestored();
    if (isRestored) {
      threadsBefore =
          OneShotThread.call(
              () ->
                  TrainerSnapshot.restore(
                      context.getRawKeyedStateInputs(),
                      jobConfig,
                      device,
                      start,
                      batchSerializer,
                      models,
                      inFlight));
    }
  }

  @Override
  public void open() throws Exception {
    super.open();
    measured = new TrainerMetrics(getMetricGroup(), inFlight::size, threadsBefore);
    emitter = new ResultEmitter(output, sides, measured);
    boolean hasCheckpoints =
        CheckpointingOptions.isCheckpointingEnabled(
            getContainingTask().getEnvironment().getJobConfiguration());
    publishers =
        new CapturePublishers(
            new VersionPublisher(
                jobConfig.versions(),
                hasCheckpoints,
                this::runInTask,
                getProcessingTimeService(),
                getMetricGroup(),
                emitter::announce),
            new PointerPublisher(
                directory,
                jobConfig.embed().adoptEvery(),
                hasCheckpoints,
                isRestored,
                jobConfig.epochs().isOn(),
                this::runInTask,
                getProcessingTimeService(),
                getMetricGroup(),
                emitter::tell));
    models.values().forEach(model -> model.rounds().resume(publishers));
    trainingThread = new TrainingThread();
    rounds =
        new ReplicaRounds(
            exchange,
            gate,
            models,
            inFlight,
            publishers,
            trainingThread::execute,
            this::runInTask,
            this::submit);
    if (exchange != null) {
      exchange.start(
          getRuntimeContext().getJobInfo().getJobId().toString(),
          this::runInTask,
          getProcessingTimeService(),
          getMetricGroup(),
          rounds);
    }
    rounds.resume(); // those batches that waited when the checkpoint was taken
  }

  @Override
  public void processElement(StreamRecord<MicroBatch> element) throws Exception {
    StreamKey model = element.getValue().modelKey();
    inFlight.add(element.getValue());
    rounds.offer(element.getValue());
    gate.open(); // a checkpoint that failed may have left it closed
    while (rounds.holdsInput(model)) {
      all.yield(); // back-pressure; the state has the batch, so a barrier may come
      gate.open();
    }
  }

  @Override
  public void endInput() throws Exception {
    gate.open();
    rounds.awaitLast(getContainingTask(), mailbox);
    // safe: the training thread is idle
    models.values().forEach(model -> model.captureLast().ifPresent(publishers::offerLast));
    publishers.end();
    while (!publishers.isIdle()) { // until the store takes them
      mailbox.yield();
    }
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    gate.close();
    emitFinished();
    publishers.barrier(checkpointId);
  }

  /** Copies the state while the gate is closed; the copy is written later. */
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
          OneShotThread.call(
              () -> TrainerSnapshot.of(models, inFlight, batchSerializer, keyGroups));
    } catch (Exception e) {
      futures.cancel();
      throw e;
    } finally {
      gate.open();
    }
    rounds.passed(checkpointId);
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
    publishers.completed(checkpointId);
  }

  @Override
  public void notifyCheckpointAborted(long checkpointId) throws Exception {
    super.notifyCheckpointAborted(checkpointId);
    rounds.passed(checkpointId);
    gate.open();
  }

  @Override
  public void close() throws Exception {
    if (gate != null) {
      gate.open();
    }
    boolean idle = trainingThread == null || trainingThread.stop();
    if (exchange != null) {
      exchange.close();
    }
    if (publishers != null) {
      publishers.close();
    }
    if (idle && models != null) {
      finished.forEach(StepResult::close);
      models.values().forEach(StreamModel::close);
      models.clear();
    }
    super.close();
  }

  private void submit(MicroBatch batch) {
    trainingThread.execute(
        () -> {
          try {
            process(batch);
          } catch (TrainingFailedException | StateMismatchException e) {
            runInTask(
                () -> {
                  throw new SuppressRestartsException(e); // the same batches would fail again
                });
          } catch (RuntimeException | Error e) {
            runInTask(() -> ExceptionUtils.rethrow(e));
          }
        });
  }

  /** Only what changes the models happens inside the gate. */
  private void process(MicroBatch batch) {
    if (!jobConfig.input().streams().contains(batch.stream())) {
      // The window still had images of a stream that the present start removed.
      gate.inside(() -> finish(StepResult.ofRemovedStream(batch)));
      return;
    }

    StreamModel model = model(batch);
    try (PreparedBatch prepared = model.prepare(batch)) {
      gate.inside(() -> finish(model.finish(prepared)));
    }
  }

  private void finish(StepResult result) {
    finished.add(result);
    runInTask(this::emitFinished);
  }

  private void runInTask(ThrowingRunnable<Exception> action) {
    try {
      mailbox.execute(action, "Result of a training step");
    } catch (RejectedExecutionException e) {
      LOG.debug("The task ended before its last training step returned", e);
    }
  }

  private StreamModel model(MicroBatch batch) {
    gate.inside(
        () -> {
          StreamModel model =
              models.computeIfAbsent(
                  batch.modelKey(), key -> StreamModel.create(jobConfig, batch, device, start));
          if (batch.round() != null) {
            model.rounds().enter(batch);
          }
        });
    return models.get(batch.modelKey());
  }

  private void emitFinished() {
    for (StepResult result = finished.poll(); result != null; result = finished.poll()) {
      inFlight.finished(result.batch().modelKey()); // its results come in the order of its batches
      emitter.emit(result, Instant.now());
      publishers.offer(result.captures());
      rounds.finished(result);
    }
  }
}

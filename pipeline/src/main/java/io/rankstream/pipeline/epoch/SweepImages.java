package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.EpochEvent.Kind;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.SweptRecord;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobStart;
import io.rankstream.pipeline.start.JobSubmission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.apache.flink.api.common.operators.MailboxExecutor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.ThrowingRunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens epochs, on request and by time, and reads the input topic again for them. It is one
 * subtask: so it knows of all that happens, and nobody has to tell it.
 *
 * <p>An epoch is opened with the newest version that the trainer handed over, of which it takes a
 * copy. Epochs that are due at the same time are opened together and share one pass through the
 * topic; others wait until it is complete. See {@link SweepPhase} for the order of things.
 *
 * <p>It relies on the edges behind it, none of which lets a barrier overtake anything: what it
 * emits before a barrier is with the embedders before theirs.
 */
final class SweepImages extends AbstractStreamOperator<SweptRecord>
    implements TwoInputStreamOperator<VersionPointer, RawRecord, SweptRecord> {

  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(SweepImages.class);

  private final JobConfig jobConfig;
  private final JobSubmission submission;
  private final String directory;
  private final Corpus corpus;
  private final OutputTag<EpochEvent> events;
  private final transient MailboxExecutor mailbox;

  private transient ListState<StreamEpochs> bookState;
  private transient ListState<SweepSnapshot> sweepState;
  private transient EpochBook book;
  private transient Sweep sweep;
  private transient EpochFiles files;
  private transient DiscardedFiles discarded;
  private transient EpochThread thread;
  private transient EpochOpenings openings;
  private transient CorpusSender sender;
  private transient EpochRequests requests;
  private transient boolean isFinished;

  SweepImages(
      StreamOperatorParameters<SweptRecord> parameters,
      JobConfig config,
      JobSubmission submission,
      String directory,
      Corpus corpus,
      OutputTag<EpochEvent> events) {
    super(parameters);
    this.jobConfig = config;
    this.submission = submission;
    this.directory = directory;
    this.corpus = corpus;
    this.events = events;
    this.mailbox = parameters.getMailboxExecutor();
  }

  @Override
  public void initializeState(StateInitializationContext context) throws Exception {
    super.initializeState(context);
    bookState =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("stream-epochs", TypeInformation.of(StreamEpochs.class)));
    sweepState =
        context
            .getOperatorStateStore()
            .getListState(
                new ListStateDescriptor<>("sweep", TypeInformation.of(SweepSnapshot.class)));
    List<StreamEpochs> restored = new ArrayList<>();
    bookState.get().forEach(restored::add);
    book =
        new EpochBook(
            jobConfig.epochs(),
            jobConfig.input().streams(),
            restored,
            // Flink does not tell an operator that is new in a state that there is one.
            restored.isEmpty() && !submission.recoveryPath().isEmpty(),
            getProcessingTimeService().getCurrentProcessingTime());
    SweepSnapshot snapshot = SweepSnapshot.idle();
    for (SweepSnapshot each : sweepState.get()) {
      snapshot = each;
    }
    sweep = new Sweep(snapshot);
  }

  @Override
  public void open() throws Exception {
    super.open();
    JobStart start = JobStart.of(getRuntimeContext().getJobInfo().getJobId(), submission);
    files = new EpochFiles(jobConfig, directory, start);
    discarded = new DiscardedFiles();
    thread = new EpochThread(this::runInTask, getProcessingTimeService());
    SweepMetrics measured = new SweepMetrics(getMetricGroup(), book);
    Parts parts = new Parts();
    openings =
        new EpochOpenings(book, files, corpus.topic(), thread, getProcessingTimeService(), parts);
    sender =
        new CorpusSender(
            corpus,
            sweep,
            new SweepPace(jobConfig.epochs().maxRate()),
            thread,
            getProcessingTimeService(),
            measured::read,
            parts);
    requests = new EpochRequests(book, openings, measured, parts);
    goOn();
  }

  @Override
  public void processElement1(StreamRecord<VersionPointer> element) {
    VersionPointer pointer = element.getValue();
    book.change(pointer.stream(), each -> each.told(pointer));
    openings.openDue();
  }

  @Override
  public void processElement2(StreamRecord<RawRecord> element) {
    requests.take(element.getValue());
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    sweep.barrier(checkpointId);
    discarded.barrier(checkpointId);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    super.snapshotState(context);
    bookState.update(book.all());
    sweepState.update(List.of(sweep.snapshot()));
  }

  @Override
  public void notifyCheckpointComplete(long checkpointId) throws Exception {
    super.notifyCheckpointComplete(checkpointId);
    for (String file : discarded.completed(checkpointId)) {
      thread.run("delete weights", () -> files.deleteQuietly(file));
    }
    if (isFinished) {
      return;
    }

    if (sweep.phase() == SweepPhase.OPENED && sweep.isBefore(checkpointId)) {
      sender.begin();
    } else if (sweep.phase() == SweepPhase.ENDED && sweep.isBefore(checkpointId)) {
      complete();
    }
  }

  @Override
  public void close() throws Exception {
    if (thread != null) {
      thread.close();
      sender.close();
    }
    super.close();
  }

  /**
   * After this, the operators behind take no records: what is not sent yet waits in the last state.
   */
  @Override
  public void finish() throws Exception {
    super.finish();
    isFinished = true;
    sender.stop();
  }

  /** What a checkpoint has is with all embedders that are restored from it. */
  private void goOn() {
    Set<String> needed = book.files();
    thread.run("look for old weights", () -> files.deleteOthers(needed));
    openings.start(book.toStart());
    if (book.open().isEmpty()) {
      sweep.enter(SweepPhase.IDLE); // also where the job has their streams no longer
    }
    switch (sweep.phase()) {
      case IDLE -> openings.openDue();
      case OPENED -> sender.begin();
      case READING -> runInTask(sender::goOn);
      case ENDED -> {} // the embedders may complete it at their next barrier
    }
  }

  /** All embedders have completed the epochs. */
  private void complete() {
    for (EpochEvent each : book.open()) {
      EpochEvent old = book.of(each.stream()).before();
      if (old != null) {
        discarded.add(old.weights().file());
      }
      book.change(each.stream(), StreamEpochs::completed);
      LOG.info("Epoch {} of stream {} is complete", each.number(), each.stream());
    }
    sweep.enter(SweepPhase.IDLE);
    openings.openDue();
  }

  private void runInTask(ThrowingRunnable<Exception> action) {
    try {
      mailbox.execute(action, "Sweep");
    } catch (RejectedExecutionException e) {
      LOG.debug("The task ends", e);
    }
  }

  /** What the parts of this operator need of it. */
  private final class Parts
      implements EpochOpenings.Operator, CorpusSender.Operator, EpochRequests.Operator {

    @Override
    public boolean isRunning() {
      return !isFinished;
    }

    @Override
    public boolean isIdle() {
      return sweep.phase() == SweepPhase.IDLE;
    }

    @Override
    public boolean isEnding() {
      return sweep.phase() == SweepPhase.ENDED;
    }

    @Override
    public void tell(EpochEvent event) {
      output.collect(events, new StreamRecord<>(event));
    }

    @Override
    public void discard(String file) {
      discarded.add(file);
    }

    @Override
    public void opened() {
      sweep.enter(SweepPhase.OPENED);
    }

    @Override
    public void abort(EpochEvent open) {
      tell(open.then(Kind.ABORT, open.mark()));
      discard(open.weights().file());
      book.change(open.stream(), StreamEpochs::aborted);
      LOG.info("Epoch {} of stream {} is aborted", open.number(), open.stream());
      if (book.open().isEmpty()) {
        sweep.enter(SweepPhase.IDLE);
        sender.leave();
        openings.openDue();
      }
    }

    @Override
    public void later(ThrowingRunnable<Exception> action) {
      runInTask(action);
    }

    @Override
    public void send(RawRecord record) {
      output.collect(new StreamRecord<>(new SweptRecord(record, book.openNumbers())));
    }

    /** All images are on their way. */
    @Override
    public void sent() {
      for (EpochEvent each : book.open()) {
        EpochEvent end = EpochWeights.end(each, sweep.ranges());
        book.change(each.stream(), epochs -> epochs.ended(end));
        tell(end);
      }
      sweep.enter(SweepPhase.ENDED);
      sender.leave();
    }
  }
}

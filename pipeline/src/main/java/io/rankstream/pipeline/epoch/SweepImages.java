package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.EpochEvent.Kind;
import io.rankstream.pipeline.event.RawRecord;
import io.rankstream.pipeline.event.SweptRecord;
import io.rankstream.pipeline.event.VersionPointer;
import io.rankstream.pipeline.start.JobStart;
import io.rankstream.pipeline.start.JobSubmission;
import io.rankstream.schemas.EpochAction;
import io.rankstream.schemas.EpochMark;
import io.rankstream.schemas.EpochRequest;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.SweptPartition;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;
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

  private static final long PAUSE_MILLIS = 20_000;

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
  private transient CorpusAccess access;
  private transient SweepPace pace;
  private transient SweepMetrics measured;
  private transient Set<String> cancelled; // streams whose epoch is aborted before it is open
  private transient boolean isPreparing;
  private transient boolean isFinished;
  private transient long wakesAt;

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
            context.isRestored() && restored.isEmpty(),
            now());
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
    access = new CorpusAccess(corpus);
    pace = new SweepPace(jobConfig.epochs().maxRate());
    measured = new SweepMetrics(getMetricGroup(), book);
    cancelled = new HashSet<>();
    goOn();
  }

  @Override
  public void processElement1(StreamRecord<VersionPointer> element) {
    VersionPointer pointer = element.getValue();
    change(pointer.stream(), each -> each.told(pointer));
    openDue();
  }

  @Override
  public void processElement2(StreamRecord<RawRecord> element) throws Exception {
    Optional<EpochRequest> request = ControlRecord.read(element.getValue());
    if (request.isEmpty() || book.of(request.get().getStream()) == null) {
      measured.refused();
      LOG.warn(
          "The record of {} at partition {} offset {} is passed over: {}",
          element.getValue().topic(),
          element.getValue().partition(),
          element.getValue().offset(),
          request.isEmpty()
              ? "it is no EpochRequest. Send requests with ./rankstream epoch"
              : "the job does not have its stream. See input.streams");
    } else if (request.get().getAction() == EpochAction.OPEN) {
      request(request.get().getStream());
    } else {
      abort(request.get().getStream());
    }
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
    List<String> old = discarded.completed(checkpointId);
    inThread("delete weights", () -> old.forEach(files::deleteQuietly));
    if (isFinished) {
      return;
    }

    if (sweep.phase() == SweepPhase.OPENED && sweep.isBefore(checkpointId)) {
      askForRanges();
    } else if (sweep.phase() == SweepPhase.ENDED && sweep.isBefore(checkpointId)) {
      complete();
    }
  }

  @Override
  public void close() throws Exception {
    if (thread != null) {
      thread.close();
      access.close();
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
  }

  /** What a checkpoint has is with all embedders that are restored from it. */
  private void goOn() throws Exception {
    Set<String> needed = book.files();
    inThread("look for old weights", () -> files.deleteOthers(needed));
    Set<String> toStart = book.toStart();
    if (!toStart.isEmpty()) {
      thread.run(
          "write the weights that the streams start with to " + directory,
          () -> files.starting(toStart),
          () -> !isFinished,
          this::started);
    }
    switch (sweep.phase()) {
      case IDLE -> openDue();
      case OPENED -> askForRanges();
      case READING -> runInTask(this::readOn);
      case ENDED -> {} // the embedders may complete it at their next barrier
    }
  }

  private void started(List<EpochWeights> weights) {
    for (EpochWeights each : weights) {
      EpochEvent begin = each.begin();
      change(begin.stream(), epochs -> epochs.begun(begin));
      tell(begin);
    }
    openDue();
  }

  private void request(String stream) {
    StreamEpochs epochs = book.of(stream);
    if (epochs.open() != null || epochs.isRequested()) {
      measured.refused();
      LOG.warn(
          "A request to open an epoch of stream {} is passed over: {}",
          stream,
          epochs.open() != null
              ? "epoch %d is open".formatted(epochs.open().number())
              : "one waits already");
      return;
    }

    change(stream, each -> each.requested(true));
    cancelled.remove(stream);
    openDue();
  }

  private void abort(String stream) {
    StreamEpochs epochs = book.of(stream);
    if (epochs.isRequested()) {
      cancelled.add(stream);
      change(stream, each -> each.requested(false));
      LOG.info("The epoch of stream {} that was asked for is not opened", stream);
    } else if (epochs.open() == null || sweep.phase() == SweepPhase.ENDED) {
      measured.refused();
      LOG.warn(
          "A request to abort the epoch of stream {} is passed over: {}",
          stream,
          epochs.open() == null ? "none is open" : "all images are embedded, and it ends now");
    } else {
      EpochEvent open = epochs.open();
      tell(open.then(Kind.ABORT, open.mark()));
      discarded.add(open.weights().file());
      change(stream, StreamEpochs::aborted);
      LOG.info("Epoch {} of stream {} is aborted", open.number(), stream);
      if (book.open().isEmpty()) {
        sweep.enter(SweepPhase.IDLE);
        leaveCorpus();
        openDue();
      }
    }
  }

  /** Opens the epochs that are due, unless others are open. */
  private void openDue() {
    if (isPreparing || isFinished || sweep.phase() != SweepPhase.IDLE) {
      return;
    }

    List<StreamEpochs> takenOver = book.toTakeOver();
    List<StreamEpochs> due = takenOver.isEmpty() ? book.due(now()) : takenOver;
    if (due.isEmpty()) {
      wakeInTime();
      return;
    }

    isPreparing = true;
    cancelled.clear();
    thread.run(
        "copy weights to " + directory, () -> copies(due), () -> !isFinished, this::prepared);
  }

  /** Copies the newest version of each stream; called beside the task. */
  private List<Prepared> copies(List<StreamEpochs> due) {
    List<Prepared> copies = new ArrayList<>();
    for (StreamEpochs each : due) {
      long number = each.serving() == null ? 0 : each.lastNumber() + 1;
      try {
        copies.add(new Prepared(each, number, files.copy(each.newest(), number), null));
      } catch (IOException e) {
        copies.add(new Prepared(each, number, Optional.empty(), e));
      }
    }
    return copies;
  }

  /**
   * A copy for an epoch.
   *
   * @param epochs the stream as it was when the copy was asked for
   * @param number number of the epoch
   * @param weights the copy; empty when the version is gone
   * @param failure why there is no copy; null when there is one, or the version is gone
   */
  private record Prepared(
      StreamEpochs epochs, long number, Optional<EpochWeights> weights, IOException failure) {}

  private void prepared(List<Prepared> copies) {
    isPreparing = false;
    boolean isAgain = false;
    for (Prepared each : copies) {
      String stream = each.epochs().stream();
      if (each.failure() != null) {
        isAgain = true;
        LOG.warn(
            "An epoch waits, since it cannot copy the weights of stream {} in {}. It is tried again until it works; the job goes on",
            stream,
            directory,
            each.failure());
      } else if (each.weights().isEmpty()) {
        // A newer version is on its way.
        change(stream, epochs -> epochs.without(each.epochs().newest()));
      } else if (each.number() == 0) {
        EpochEvent begin = each.weights().get().begin();
        change(stream, epochs -> epochs.begun(begin));
        tell(begin);
      } else if (cancelled.remove(stream)) {
        discarded.add(each.weights().get().pointer().file());
      } else {
        open(each);
      }
    }
    if (!book.open().isEmpty()) {
      sweep.enter(SweepPhase.OPENED);
    } else if (isAgain) {
      tryAgain();
    } else {
      openDue();
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the task
  private void tryAgain() {
    isPreparing = true;
    getProcessingTimeService()
        .registerTimer(
            now() + PAUSE_MILLIS,
            time -> {
              isPreparing = false;
              openDue();
            });
  }

  private void open(Prepared prepared) {
    Instant now = Instant.ofEpochMilli(now());
    StreamEpochs epochs = book.of(prepared.epochs().stream());
    EpochEvent open =
        prepared
            .weights()
            .orElseThrow()
            .open(prepared.number(), corpus.topic(), epochs.serving().weights(), now);
    change(open.stream(), each -> each.opened(open, now.toEpochMilli()));
    tell(open);
    LOG.info(
        "Epoch {} of stream {} is open: all images of {} are embedded again with version {}",
        open.number(),
        open.stream(),
        corpus.topic(),
        open.weights().version());
  }

  private void askForRanges() {
    int attempt = sweep.attempt();
    thread.run(
        "tell where %s ends".formatted(corpus.topic()),
        access::ranges,
        () -> isWanted(attempt),
        ranges -> {
          sweep.read(ranges);
          readOn();
        });
  }

  private void readOn() throws Exception {
    readAhead();
    if (sweep.startSending()) {
      send(sweep.attempt());
    }
  }

  private void readAhead() {
    int attempt = sweep.attempt();
    List<CorpusRange> ranges = sweep.toRead();
    if (!ranges.isEmpty()) {
      thread.run(
          "read %s again".formatted(corpus.topic()),
          () -> access.read(ranges),
          () -> isWanted(attempt),
          batch -> {
            sweep.add(batch);
            readOn();
          });
    }
  }

  /** Sends one record on, and lets the task look after other things before the next one. */
  @SuppressWarnings("FutureReturnValueIgnored") // ends with the task
  private void send(int attempt) throws Exception {
    if (!isWanted(attempt)) {
      return;
    }
    if (!sweep.hasNext()) {
      sweep.stopSending();
      measured.read(sweep.ranges());
      readAhead();
      if (sweep.isDone()) {
        end();
      }
      return; // until more is read
    }

    long wait = pace.await(System.nanoTime());
    if (wait > 0) {
      getProcessingTimeService()
          .registerTimer(
              getProcessingTimeService().getCurrentProcessingTime() + wait, time -> send(attempt));
      return;
    }

    output.collect(new StreamRecord<>(new SweptRecord(sweep.next(), book.openNumbers())));
    measured.read(sweep.ranges());
    runInTask(
        () -> {
          if (isWanted(attempt)) {
            readAhead();
          }
          send(attempt);
        });
  }

  private boolean isWanted(int attempt) {
    return attempt == sweep.attempt() && !isFinished;
  }

  /** All images are on their way. */
  private void end() {
    List<SweptPartition> partitions =
        sweep.ranges().stream()
            .map(range -> new SweptPartition(range.partition(), range.end()))
            .toList();
    for (EpochEvent each : book.open()) {
      EpochMark mark =
          EpochMark.newBuilder(each.mark().getEpoch()).setPartitions(partitions).build();
      EpochEvent end =
          each.then(Kind.END, ModelVersion.newBuilder(each.mark()).setEpoch(mark).build());
      change(each.stream(), epochs -> epochs.ended(end));
      tell(end);
    }
    sweep.enter(SweepPhase.ENDED);
    leaveCorpus();
  }

  private void leaveCorpus() {
    inThread("leave " + corpus.topic(), access::close);
  }

  /** All embedders have completed the epochs. */
  private void complete() {
    for (EpochEvent each : book.open()) {
      EpochEvent old = book.of(each.stream()).before();
      if (old != null) {
        discarded.add(old.weights().file());
      }
      change(each.stream(), StreamEpochs::completed);
      LOG.info("Epoch {} of stream {} is complete", each.number(), each.stream());
    }
    sweep.enter(SweepPhase.IDLE);
    openDue();
  }

  private void change(String stream, UnaryOperator<StreamEpochs> change) {
    book.change(stream, change);
    measured.changed();
  }

  /** Does something beside the task whose result nobody waits for. */
  private void inThread(String purpose, ThrowingRunnable<Exception> action) {
    thread.run(
        purpose,
        () -> {
          action.run();
          return purpose;
        },
        () -> true,
        done -> {});
  }

  private void tell(EpochEvent event) {
    output.collect(events, new StreamRecord<>(event));
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the task
  private void wakeInTime() {
    OptionalLong next = book.nextTime(now());
    if (next.isPresent() && next.getAsLong() != wakesAt) {
      wakesAt = next.getAsLong();
      getProcessingTimeService().registerTimer(wakesAt, reached -> openDue());
    }
  }

  private long now() {
    return getProcessingTimeService().getCurrentProcessingTime();
  }

  private void runInTask(ThrowingRunnable<Exception> action) {
    try {
      mailbox.execute(action, "Sweep");
    } catch (RejectedExecutionException e) {
      LOG.debug("The task ends", e);
    }
  }
}

package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.event.RawRecord;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.function.ThrowingRunnable;

/**
 * Waits until the job itself has taken what the corpus had when an epoch was opened: a record that
 * is read again before it arrives would be embedded twice. Then reads the corpus ahead, beside the
 * task, and sends its records on, one after the other: between two of them the task looks after
 * other things. Called in the task thread alone.
 */
final class CorpusSender implements AutoCloseable {

  /** What the sender needs of the operator. */
  interface Operator {

    /** Runs an action in the task thread, later. */
    void later(ThrowingRunnable<Exception> action);

    /** Sends a record on. */
    void send(RawRecord record);

    /** Everything is sent on. */
    void sent();
  }

  private static final Duration ASK_AGAIN = Duration.ofSeconds(1);

  private final Corpus corpus;
  private final CorpusAccess access;
  private final Sweep sweep;
  private final SweepPace pace;
  private final EpochThread thread;
  private final ProcessingTimeService timers;
  private final Consumer<List<CorpusRange>> progress;
  private final Operator operator;
  private boolean isStopped;

  /**
   * @param progress told how far the corpus is sent on
   */
  CorpusSender(
      Corpus corpus,
      Sweep sweep,
      SweepPace pace,
      EpochThread thread,
      ProcessingTimeService timers,
      Consumer<List<CorpusRange>> progress,
      Operator operator) {
    this.corpus = corpus;
    this.access = new CorpusAccess(corpus);
    this.sweep = sweep;
    this.pace = pace;
    this.thread = thread;
    this.timers = timers;
    this.progress = progress;
    this.operator = operator;
  }

  /**
   * Asks where the corpus ends, and begins to read when the job has come there, unless that was
   * asked before.
   */
  void begin() {
    if (sweep.startAsking()) {
      thread.run(
          "tell where %s ends".formatted(corpus.topic()),
          access::ranges,
          whileItLasts(),
          this::beginWhenTaken);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the task
  private void beginWhenTaken(List<CorpusRange> ranges) {
    BooleanSupplier isWanted = whileItLasts();
    thread.run(
        "tell how far the job has read %s".formatted(corpus.topic()),
        () -> access.isTaken(ranges),
        isWanted,
        isTaken -> {
          if (isTaken) {
            sweep.read(ranges);
            goOn();
          } else {
            timers.registerTimer(
                timers.getCurrentProcessingTime() + ASK_AGAIN.toMillis(),
                time -> {
                  if (isWanted.getAsBoolean()) {
                    beginWhenTaken(ranges);
                  }
                });
          }
        });
  }

  /** Goes on reading where the sweep is. */
  void goOn() throws Exception {
    readAhead();
    if (sweep.startSending()) {
      send(whileItLasts());
    }
  }

  /** Lets go of the corpus until it is read again. */
  void leave() {
    progress.accept(List.of());
    thread.run("leave " + corpus.topic(), access::close);
  }

  /** Sends nothing any more. */
  void stop() {
    isStopped = true;
  }

  /** Closes the corpus; the thread has ended. */
  @Override
  public void close() {
    access.close();
  }

  private void readAhead() {
    List<CorpusRange> ranges = sweep.toRead();
    if (!ranges.isEmpty()) {
      thread.run(
          "read %s again".formatted(corpus.topic()),
          () -> access.read(ranges),
          whileItLasts(),
          batch -> {
            sweep.add(batch);
            goOn();
          });
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the task
  private void send(BooleanSupplier isWanted) throws Exception {
    if (!isWanted.getAsBoolean()) {
      return;
    }

    readAhead();
    if (!sweep.hasNext()) {
      sweep.stopSending();
      readAhead();
      progress.accept(sweep.ranges());
      if (sweep.isDone()) {
        operator.sent();
      }
      return; // until more is read
    }

    long wait = pace.await(System.nanoTime());
    if (wait > 0) {
      timers.registerTimer(timers.getCurrentProcessingTime() + wait, time -> send(isWanted));
    } else {
      operator.send(sweep.next());
      progress.accept(sweep.ranges());
      operator.later(() -> send(isWanted));
    }
  }

  /** Whether what is begun now is still wanted when it is asked. */
  private BooleanSupplier whileItLasts() {
    int attempt = sweep.attempt();
    return () -> attempt == sweep.attempt() && !isStopped;
  }
}

package io.rankstream.pipeline.epoch;

import io.rankstream.pipeline.event.EpochEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the epochs that are due, all at once, when their weights are copied. Called in the task
 * thread alone.
 */
final class EpochOpenings {

  private static final Logger LOG = LoggerFactory.getLogger(EpochOpenings.class);

  private static final long PAUSE_MILLIS = 20_000;

  /**
   * A copy for an epoch.
   *
   * @param epochs the stream as it was when the copy was asked for
   * @param number number of the epoch
   * @param weights the copy; empty when the version is gone
   * @param failure why there is no copy; null when there is one, or the version is gone
   */
  private record Copy(
      StreamEpochs epochs, long number, Optional<EpochWeights> weights, IOException failure) {

    String stream() {
      return epochs.stream();
    }
  }

  /** What the openings need of the operator. */
  interface Operator {

    /** Whether the job goes on: what is told otherwise reaches nobody. */
    boolean isRunning();

    /** Whether no epoch is open. */
    boolean isIdle();

    /** Tells all embedders of an event. */
    void tell(EpochEvent event);

    /** Lets a file be deleted when no checkpoint needs it. */
    void discard(String file);

    /** Epochs are open. */
    void opened();
  }

  private final EpochBook book;
  private final EpochFiles files;
  private final String topic;
  private final EpochThread thread;
  private final ProcessingTimeService timers;
  private final Operator operator;
  private final Set<String> cancelled = new HashSet<>(); // since the copies were asked for
  private boolean isCopying;
  private long wakesAt;

  /**
   * @param topic topic that is read again for the epochs
   */
  EpochOpenings(
      EpochBook book,
      EpochFiles files,
      String topic,
      EpochThread thread,
      ProcessingTimeService timers,
      Operator operator) {
    this.book = book;
    this.files = files;
    this.topic = topic;
    this.thread = thread;
    this.timers = timers;
    this.operator = operator;
  }

  /** Begins epoch 0 of streams with the weights that their models start with. */
  void start(Set<String> streams) {
    if (!streams.isEmpty()) {
      thread.run(
          "write the weights that the streams start with to " + files,
          () -> files.starting(streams),
          operator::isRunning,
          written -> {
            written.forEach(this::begin);
            openDue();
          });
    }
  }

  /** Asks for an epoch of a stream, for which nobody has asked yet. */
  void request(String stream) {
    cancelled.remove(stream);
    book.change(stream, each -> each.requested(true));
    openDue();
  }

  /** Takes back that somebody asked for an epoch. */
  void cancel(String stream) {
    cancelled.add(stream);
    book.change(stream, each -> each.requested(false));
  }

  /** Opens the epochs that are due, unless others are open. */
  void openDue() {
    if (isCopying || !operator.isRunning() || !operator.isIdle()) {
      return;
    }

    List<StreamEpochs> takenOver = book.toTakeOver();
    List<StreamEpochs> due = takenOver.isEmpty() ? book.due(now()) : takenOver;
    if (due.isEmpty()) {
      wakeInTime();
    } else {
      isCopying = true;
      cancelled.clear();
      thread.run("copy weights to " + files, () -> copies(due), operator::isRunning, this::copied);
    }
  }

  /** Copies the newest version of each stream; called beside the task. */
  private List<Copy> copies(List<StreamEpochs> due) {
    List<Copy> copies = new ArrayList<>();
    for (StreamEpochs each : due) {
      long number = each.serving() == null ? 0 : each.lastNumber() + 1;
      try {
        copies.add(new Copy(each, number, files.copy(each.newest(), number), null));
      } catch (IOException e) {
        copies.add(new Copy(each, number, Optional.empty(), e));
      }
    }
    return copies;
  }

  private void copied(List<Copy> copies) {
    isCopying = false;
    boolean hasFailed = false;
    for (Copy each : copies) {
      if (each.failure() != null) {
        hasFailed = true;
        LOG.warn(
            "An epoch waits, since it cannot copy the weights of stream {} to {}. It is tried again until it works; the job goes on",
            each.stream(),
            files,
            each.failure());
      } else if (each.weights().isEmpty()) {
        // A newer version is on its way.
        book.change(each.stream(), epochs -> epochs.without(each.epochs().newest()));
      } else {
        take(each, each.weights().get());
      }
    }
    if (!book.open().isEmpty()) {
      operator.opened();
    } else if (hasFailed) {
      tryAgain();
    } else {
      openDue();
    }
  }

  private void take(Copy copy, EpochWeights weights) {
    if (copy.number() == 0) {
      begin(weights);
    } else if (cancelled.remove(copy.stream())) {
      operator.discard(weights.pointer().file());
    } else {
      open(copy, weights);
    }
  }

  private void begin(EpochWeights weights) {
    EpochEvent begin = weights.begin();
    book.change(begin.stream(), epochs -> epochs.begun(begin));
    operator.tell(begin);
  }

  private void open(Copy copy, EpochWeights weights) {
    Instant now = Instant.ofEpochMilli(now());
    EpochEvent open =
        weights.open(copy.number(), topic, book.of(copy.stream()).serving().weights(), now);
    book.change(open.stream(), epochs -> epochs.opened(open, now.toEpochMilli()));
    operator.tell(open);
    LOG.info(
        "Epoch {} of stream {} is open: all images of {} are embedded again with version {}",
        open.number(),
        open.stream(),
        topic,
        open.weights().version());
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the task
  private void tryAgain() {
    isCopying = true;
    timers.registerTimer(
        now() + PAUSE_MILLIS,
        time -> {
          isCopying = false;
          openDue();
        });
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the task
  private void wakeInTime() {
    OptionalLong next = book.nextTime(now());
    if (next.isPresent() && next.getAsLong() != wakesAt) {
      wakesAt = next.getAsLong();
      timers.registerTimer(wakesAt, reached -> openDue());
    }
  }

  private long now() {
    return timers.getCurrentProcessingTime();
  }
}

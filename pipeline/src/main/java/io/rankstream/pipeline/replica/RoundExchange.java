package io.rankstream.pipeline.replica;

import io.rankstream.model.OneShotThread;
import io.rankstream.model.ReplicaWeights;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.flink.core.fs.Path;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.operators.coordination.OperatorEvent;
import org.apache.flink.runtime.operators.coordination.OperatorEventGateway;
import org.apache.flink.runtime.operators.coordination.OperatorEventHandler;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.function.ThrowingRunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of a subtask in the rounds: writes the weights of its replicas to files, tells the
 * coordinator where they are until it answers, and reads the averages. All methods are called in
 * the task thread; only the files are handled in a thread of its own.
 */
public final class RoundExchange implements OperatorEventHandler, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(RoundExchange.class);

  private static final long REPEAT_MILLIS = 500;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(16);
  private static final int READ_ATTEMPTS = 6;
  private static final Duration BARRIER_PATIENCE = Duration.ofMillis(200);
  private static final Duration END_PATIENCE = Duration.ofSeconds(30);

  /** The replicas that get the averages. */
  public interface Replicas {

    /**
     * Gives an average to the replicas of this subtask that wait for it; {@link #adopted} is called
     * for each that has it.
     *
     * @param weights to be closed by the receiver
     */
    void adopt(Average average, ReplicaWeights weights);
  }

  private record Place(String stream, int replica) {}

  /** A replica that waits for the average of a round. */
  private static final class Waiting {

    private final long round;
    private final long since = System.nanoTime();
    private long announced;
    private HandIn handIn; // null until its file is written

    private Waiting(long round) {
      this.round = round;
    }
  }

  private final String directory;
  private final OperatorEventGateway coordinator;
  private final Map<Place, Waiting> waiting = new HashMap<>();
  private final Map<Place, Long> adopted = new HashMap<>();
  private final Map<String, Long> reading = new HashMap<>();
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(0, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>());
  private final Set<ReplicaWeights> held = ConcurrentHashMap.newKeySet();
  private final ComingCheckpoint coming = new ComingCheckpoint();
  private RoundFiles files;
  private Consumer<ThrowingRunnable<Exception>> taskThread;
  private ProcessingTimeService timers;
  private RoundMetrics metrics;
  private Replicas replicas;
  private boolean repeats;
  private boolean ended;

  /**
   * @param directory directory of the rounds of all jobs
   * @param coordinator the way to the coordinator
   */
  public RoundExchange(String directory, OperatorEventGateway coordinator) {
    this.directory = directory;
    this.coordinator = coordinator;
  }

  /**
   * Starts the exchange.
   *
   * @param job id of the job
   * @param taskThread runs an action in the task thread, later
   * @param timers timers of the task
   * @param metrics metric group of the operator
   * @param replicas get the averages
   */
  public void start(
      String job,
      Consumer<ThrowingRunnable<Exception>> taskThread,
      ProcessingTimeService timers,
      MetricGroup metrics,
      Replicas replicas) {
    this.files = new RoundFiles(new Path(directory, job));
    this.taskThread = taskThread;
    this.timers = timers;
    this.metrics = new RoundMetrics(metrics);
    this.replicas = replicas;
  }

  /**
   * Hands the weights of a replica in. It waits from now on.
   *
   * @param weights closed when they are written
   */
  public void handIn(
      String stream, long round, int replica, HandIn.Share share, ReplicaWeights weights) {
    Waiting wait = new Waiting(round);
    waiting.put(new Place(stream, replica), wait);
    held.add(weights);
    write(new Place(stream, replica), wait, share, weights, FIRST_PAUSE);
  }

  /**
   * Tells that a replica has taken over an average.
   *
   * @param divergence its distance from the average
   */
  public void adopted(Average average, int replica, double divergence) {
    Place place = new Place(average.stream(), replica);
    Waiting wait = waiting.remove(place);
    adopted.put(place, average.round());
    coordinator.sendEventToCoordinator(new Applied(place.stream(), average.round(), replica));
    metrics.adopted(
        place.stream(),
        replica,
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - wait.since),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - wait.announced),
        divergence);
  }

  /** Whether a replica waits for the average of a round. */
  private boolean isWaiting(String stream, long round, int replica) {
    Waiting wait = waiting.get(new Place(stream, replica));
    return wait != null && wait.round == round;
  }

  /** Tells that this subtask waits for its last averages, since its input has ended. */
  public void ending() {
    coordinator.sendEventToCoordinator(new Ending(true));
  }

  /** Takes no more averages: this subtask can emit nothing any more. */
  public void ended() {
    ended = true;
    coordinator.sendEventToCoordinator(new Ending(false));
  }

  /** The checkpoint that has begun and whose part this subtask has not taken; below 0 for none. */
  public long comingCheckpoint() {
    return coming.id();
  }

  /** Whether the barrier of a checkpoint that has begun must be behind input that is not read. */
  public boolean isBarrierLate() {
    return coming.isLate();
  }

  /** Whether a savepoint has begun, and this subtask has not taken its part. */
  public boolean isSavepointComing() {
    return coming.isSavepoint();
  }

  /** The subtask has taken its part of a checkpoint, or the checkpoint has failed. */
  public void passed(long checkpoint) {
    coming.passed(checkpoint);
  }

  @Override
  public void handleOperatorEvent(OperatorEvent event) {
    if (event instanceof CheckpointComing checkpoint) {
      if (coming.begins(checkpoint)) {
        later(BARRIER_PATIENCE, () -> coming.hadItsTime(checkpoint.id()));
      }
    } else if (!ended) {
      announced((Average) event);
    }
  }

  /** Drops what is not written. */
  @Override
  public void close() throws InterruptedException {
    thread.shutdownNow();
    if (!thread.awaitTermination(END_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      LOG.warn("The store of the checkpoints does not answer; a thread ends when it does");
      return; // it may still use what it holds
    }
    held.forEach(ReplicaWeights::close);
    held.clear();
  }

  private void announced(Average average) {
    boolean isAwaited = false;
    for (HandIn each : average.handIns()) {
      Place place = new Place(each.stream(), each.replica());
      if (isWaiting(each.stream(), each.round(), each.replica())) {
        isAwaited = true;
        if (waiting.get(place).announced == 0) {
          waiting.get(place).announced = System.nanoTime();
        }
      } else if (adopted.getOrDefault(place, -1L) >= average.round()) {
        coordinator.sendEventToCoordinator( // the first answer may be lost
            new Applied(average.stream(), average.round(), each.replica()));
      }
    }
    if (isAwaited
        && reading.getOrDefault(average.stream(), -1L) < average.round()) { // not for a copy
      reading.put(average.stream(), average.round());
      read(average, 1, FIRST_PAUSE);
    }
  }

  private void write(
      Place place, Waiting wait, HandIn.Share share, ReplicaWeights weights, Duration pause) {
    background(
        () -> files.write(place.stream(), wait.round, place.replica(), weights),
        written -> {
          held.remove(weights);
          weights.close();
          metrics.written(written.bytes());
          wait.handIn =
              new HandIn(
                  place.stream(),
                  wait.round,
                  place.replica(),
                  share,
                  written.path(),
                  written.sha256());
          coordinator.sendEventToCoordinator(wait.handIn);
          repeat();
        },
        failure -> {
          LOG.warn(
              "Replica {} of stream {} cannot hand in its weights, so the round waits; it is tried again until it works: check that the store of the checkpoints is up, has space and lets the job write",
              place.replica(),
              place.stream(),
              failure);
          later(pause, () -> write(place, wait, share, weights, longer(pause)));
        });
  }

  private void read(Average average, int attempt, Duration pause) {
    background(
        () -> {
          RoundFiles.Mean mean = OneShotThread.call(() -> RoundFiles.mean(average));
          held.add(mean.weights());
          return mean;
        },
        mean -> {
          held.remove(mean.weights());
          metrics.read(mean.bytes());
          replicas.adopt(average, mean.weights());
        },
        failure -> {
          if (attempt == READ_ATTEMPTS) {
            throw new IOException(
                "The average of round %d of stream %s cannot be read, so the trainers start again from their last checkpoint and hand in again"
                    .formatted(average.round(), average.stream()),
                failure);
          }
          LOG.warn(
              "The weights that the replicas of stream {} handed in cannot be read; it is tried again",
              average.stream(),
              failure);
          later(pause, () -> read(average, attempt + 1, longer(pause)));
        });
  }

  private interface Failed {

    void accept(IOException failure) throws IOException;
  }

  private interface Done<T> {

    void accept(T result);
  }

  /** Does work with files in the other thread, then goes on in the task thread. */
  private <T> void background(Callable<T> work, Done<T> done, Failed failed) {
    try {
      thread.execute(
          () -> {
            try {
              T result = work.call();
              taskThread.accept(() -> done.accept(result));
            } catch (IOException e) {
              taskThread.accept(
                  () -> {
                    metrics.failed();
                    failed.accept(e);
                  });
            } catch (Exception | Error e) {
              taskThread.accept(
                  () -> {
                    throw new IllegalStateException("The replicas cannot be averaged", e);
                  });
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("The task has ended", e);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // ends with the task
  private void later(Duration pause, Runnable action) {
    timers.registerTimer(
        timers.getCurrentProcessingTime() + pause.toMillis(), time -> action.run());
  }

  /** Hands in again as long as a replica waits. */
  private void repeat() {
    if (!repeats) {
      repeats = true;
      later(
          Duration.ofMillis(REPEAT_MILLIS),
          () -> {
            repeats = false;
            if (!waiting.isEmpty() && !ended) {
              waiting.values().stream()
                  .filter(wait -> wait.handIn != null && wait.announced == 0)
                  .forEach(wait -> coordinator.sendEventToCoordinator(wait.handIn));
              repeat();
            }
          });
    }
  }

  private static Duration longer(Duration pause) {
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }
}

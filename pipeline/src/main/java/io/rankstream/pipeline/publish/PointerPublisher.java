package io.rankstream.pipeline.publish;

import io.rankstream.model.Provenance;
import io.rankstream.pipeline.event.VersionPointer;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.function.ThrowingRunnable;

/**
 * Hands versions to the embedders: writes each to a file, beside the training, and then tells where
 * it is. The embedders adopt at a checkpoint what they were told before its barrier. So when a
 * checkpoint is complete, no embedder and no restored one needs a version older than the newest
 * that was told before that barrier, and its file is deleted.
 *
 * <p>A savepoint, or a checkpoint that is kept for longer, may name a file that is gone. The
 * trainer that is restored with it then writes its weights in that place; they are at least as new.
 *
 * <p>After a restore nothing is told before a checkpoint is complete. Until then, tasks before the
 * embedders may still have to take in what was on its way in the restored checkpoint, and they let
 * no barrier of the channels pass that have no more of it. Embedders that adopt a version at such a
 * barrier take in nothing until the checkpoint is complete, and those tasks wait for room in front
 * of the embedders: the checkpoint would end by its timeout.
 *
 * <p>While the store fails, or nothing may be told yet, one captured version for each stream waits;
 * a newer one takes its place. All methods are called in the task thread.
 */
public final class PointerPublisher implements AutoCloseable {

  /** Files that stay where no checkpoint tells which are needed. */
  private static final int KEPT_WITHOUT_CHECKPOINTS = 3;

  private final EmbedderWeights files;
  private final int adoptEvery;
  private final boolean hasCheckpoints;
  private final boolean tellsAgain;
  private final Consumer<VersionPointer> tell;
  private final StoreThread store;
  private final NewestOfEach<CapturedWeights> waiting;
  private final Map<String, Deque<VersionPointer>> present = new HashMap<>();
  private final TreeMap<Long, Map<String, VersionPointer>> toldBefore = new TreeMap<>();
  private boolean isRecovering;
  private boolean ended;

  /**
   * @param directory directory of the embedders' weights
   * @param adoptEvery the embedders adopt versions at each checkpoint whose number this divides
   * @param hasCheckpoints whether the job takes checkpoints
   * @param isRestored whether the task is restored with a checkpoint
   * @param tellsAgain whether restored versions are told again: to who has another state than the
   *     embedders, and may not know them
   * @param taskThread runs an action in the task thread, later
   * @param timers timers of the task
   * @param metrics metric group of the operator
   * @param tell emits a pointer to all embedders
   */
  public PointerPublisher(
      String directory,
      int adoptEvery,
      boolean hasCheckpoints,
      boolean isRestored,
      boolean tellsAgain,
      Consumer<ThrowingRunnable<Exception>> taskThread,
      ProcessingTimeService timers,
      MetricGroup metrics,
      Consumer<VersionPointer> tell) {
    this.files = new EmbedderWeights(directory);
    this.adoptEvery = adoptEvery;
    this.hasCheckpoints = hasCheckpoints;
    this.isRecovering = isRestored && hasCheckpoints;
    this.tellsAgain = tellsAgain;
    this.tell = tell;
    this.waiting = new NewestOfEach<>(metrics.counter("numEmbedderVersionsReplaced"));
    Counter failures = metrics.counter("numEmbedderVersionFailures");
    metrics.gauge("embedderVersionsUntold", (Gauge<Integer>) waiting::size);
    this.store =
        new StoreThread(
            directory,
            taskThread,
            timers,
            failures::inc,
            () -> isRecovering ? null : waiting.next(Write::new));
  }

  /** Takes captured weights; older ones of the same stream that are not written are dropped. */
  public void offer(CapturedWeights captured) {
    waiting.add(captured);
    store.next();
  }

  /**
   * Takes over what the embedders were told before a restored checkpoint.
   *
   * @param captured the restored weights; they are written if those are gone that were told
   * @param told what the embedders of their stream were told
   */
  public void restore(CapturedWeights captured, VersionPointer told) {
    present(captured.stream()).add(told);
    store.add(new Resume(captured, told));
  }

  /** Marks what the embedders know at a checkpoint; called before its barrier is emitted. */
  public void barrier(long checkpoint) {
    Map<String, VersionPointer> told = new HashMap<>();
    present.forEach((stream, files) -> told.put(stream, files.getLast()));
    toldBefore.put(checkpoint, told);
  }

  /** Deletes the files that a complete checkpoint makes needless, and tells what waited for it. */
  public void completed(long checkpoint) {
    isRecovering = false;
    Map<String, VersionPointer> told = toldBefore.get(checkpoint);
    toldBefore.headMap(checkpoint, true).clear();
    if (told != null && checkpoint % adoptEvery == 0) {
      told.forEach(
          (stream, pointer) -> {
            Deque<VersionPointer> files = present.get(stream);
            while (!files.peekFirst().equals(pointer)) {
              store.add(new Delete(files.removeFirst().file()));
            }
          });
    }
    store.next();
  }

  /** Tells nothing more: the input has ended, and the embedders adopt nothing any more. */
  public void end() {
    ended = true;
  }

  /** Drops what is not written. */
  @Override
  public void close() throws InterruptedException {
    store.close();
    waiting.clear();
  }

  private Deque<VersionPointer> present(String stream) {
    return present.computeIfAbsent(stream, name -> new ArrayDeque<>());
  }

  /** Writes captured weights, then tells of them. */
  private final class Write implements StoreTask {

    private final CapturedWeights captured;
    private volatile String file;

    private Write(CapturedWeights captured) {
      this.captured = captured;
    }

    @Override
    public void run() throws IOException {
      file = files.write(captured.weights());
    }

    @Override
    public void done() {
      if (ended) {
        store.add(new Delete(file));
        return;
      }

      Provenance origin = captured.weights().provenance();
      VersionPointer pointer =
          new VersionPointer(
              origin.stream(), origin.lineage(), captured.start(), origin.version(), file);
      captured.ledger().told(pointer);
      present(origin.stream()).add(pointer);
      tell.accept(pointer);
      if (!hasCheckpoints && present(origin.stream()).size() > KEPT_WITHOUT_CHECKPOINTS) {
        store.add(new Delete(present(origin.stream()).removeFirst().file()));
      }
    }

    /** The weights wait again, unless newer ones do. */
    @Override
    public void failed() {
      waiting.putBack(captured);
    }

    @Override
    public void close() {
      captured.close();
    }
  }

  /**
   * Sees that the restored embedders find their weights, and deletes what a failed attempt left.
   */
  private final class Resume implements StoreTask {

    private final CapturedWeights captured;
    private final VersionPointer told;

    private Resume(CapturedWeights captured, VersionPointer told) {
      this.captured = captured;
      this.told = told;
    }

    @Override
    public void run() throws IOException {
      files.writeMissing(told.file(), captured.weights());
      files.deleteOthers(captured.weights().provenance(), told.file());
    }

    @Override
    public void done() {
      if (tellsAgain && !ended) {
        tell.accept(told);
      }
    }

    @Override
    public void failed() {
      store.add(this);
    }

    @Override
    public void close() {
      captured.close();
    }
  }

  /** Deletes a file; what cannot be deleted, the next start deletes. */
  private final class Delete implements StoreTask {

    private final String file;

    private Delete(String file) {
      this.file = file;
    }

    @Override
    public void run() throws IOException {
      files.delete(file);
    }
  }
}

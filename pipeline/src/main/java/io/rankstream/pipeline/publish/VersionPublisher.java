package io.rankstream.pipeline.publish;

import io.rankstream.model.Provenance;
import io.rankstream.pipeline.config.VersionsConfig;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.runtime.tasks.ProcessingTimeService;
import org.apache.flink.util.function.ThrowingRunnable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes versions beside the training. A captured version is written under a temporary name; the
 * pointer to it is part of the next checkpoint. When that checkpoint is complete, the file gets its
 * final name and the version is announced. The announcement is committed with the checkpoint after.
 *
 * <p>A failure at any point leaves one of three things: no pointer, and the model is captured anew;
 * a pointer in the restored state, and the file is renamed and announced; a renamed file whose
 * announcement was not committed, and it is announced again with the same bytes. While the store
 * fails, one captured version for each stream waits; a newer one takes its place.
 *
 * <p>All methods are called in the task thread.
 */
public final class VersionPublisher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(VersionPublisher.class);

  private final VersionFiles files;
  private final boolean isOn;
  private final int keep;
  private final Consumer<ModelVersion> announce;
  private final StoreThread store;
  private final Counter lost;
  private final NewestOfEach<CapturedVersion> waiting;
  private final List<VersionWay> ways = new ArrayList<>();
  private boolean awaitsCheckpoints;

  /**
   * @param awaitsCheckpoints whether the job takes checkpoints; otherwise versions are announced at
   *     once
   * @param taskThread runs an action in the task thread, later
   * @param timers timers of the task
   * @param metrics metric group of the operator
   * @param announce emits the record of a published version
   */
  public VersionPublisher(
      VersionsConfig config,
      boolean awaitsCheckpoints,
      Consumer<ThrowingRunnable<Exception>> taskThread,
      ProcessingTimeService timers,
      MetricGroup metrics,
      Consumer<ModelVersion> announce) {
    this.files = new VersionFiles(config.directory());
    this.isOn = config.isOn();
    this.keep = config.keep();
    this.awaitsCheckpoints = awaitsCheckpoints;
    this.announce = announce;
    this.waiting = new NewestOfEach<>(metrics.counter("numVersionsReplaced"));
    this.lost = metrics.counter("numVersionsLost");
    Counter failures = metrics.counter("numVersionFailures");
    metrics.gauge("versionsUnpublished", (Gauge<Integer>) () -> waiting.size() + ways.size());
    this.store =
        new StoreThread(
            config.directory(), taskThread, timers, failures::inc, () -> waiting.next(Write::new));
  }

  /** Takes a captured version; an older one of the same stream that is not written is dropped. */
  public void offer(CapturedVersion captured) {
    waiting.add(captured);
    store.next();
  }

  /**
   * Takes over the versions in a restored ledger: their checkpoint is complete.
   *
   * @param stream stream of the ledger
   * @param space identifier of the model's space
   * @param lineage present lineage of the model
   */
  public void restore(VersionLedger ledger, String stream, String space, String lineage) {
    if (isOn) {
      Provenance origin = new Provenance(stream, space, lineage, ledger.step());
      store.add(new CleanUp(origin, ledger, 0));
    }
    for (WrittenVersion written : ledger.unannounced()) {
      boolean ours = written.version().getLineage().equals(lineage);
      VersionWay way = new VersionWay(ledger, written, ours);
      ways.add(way);
      submit(way);
    }
  }

  /** Marks what the next checkpoint contains; called before its barrier is emitted. */
  public void barrier(long checkpoint) {
    for (VersionWay way : ways) {
      way.checkpoint = Math.min(way.checkpoint, checkpoint);
    }
  }

  /** Publishes what a complete checkpoint contains. */
  public void completed(long checkpoint) {
    for (VersionWay way : List.copyOf(ways)) {
      if (way.checkpoint <= checkpoint) {
        if (way.announced) {
          superseded(way);
        } else {
          submit(way);
        }
      }
    }
  }

  /** Lets all versions be announced without a further checkpoint: the input has ended. */
  public void end() {
    awaitsCheckpoints = false;
    List.copyOf(ways).stream().filter(way -> !way.announced).forEach(this::submit);
  }

  /** Whether all versions that were offered are announced, or wait for a checkpoint. */
  public boolean isIdle() {
    return waiting.size() == 0 && store.isIdle();
  }

  /** Drops what is not written. */
  @Override
  public void close() throws InterruptedException {
    store.close();
    waiting.clear();
  }

  private void submit(VersionWay way) {
    if (!way.submitted) {
      way.submitted = true;
      store.add(new Publish(way));
    }
  }

  /** The announcement is committed: the versions before may go. */
  private void superseded(VersionWay way) {
    ways.remove(way);
    if (isOn && way.ours) {
      store.add(new CleanUp(way.written.origin(), way.ledger, keep));
    }
  }

  /** Writes a captured version under a temporary name. */
  private final class Write implements StoreTask {

    private final CapturedVersion captured;
    private volatile WrittenVersion written;

    private Write(CapturedVersion captured) {
      this.captured = captured;
    }

    @Override
    public void run() throws IOException {
      written = files.write(captured);
    }

    @Override
    public void done() {
      captured.ledger().written(written, captured.capturedAt());
      VersionWay way = new VersionWay(captured.ledger(), written, true);
      ways.add(way);
      if (!awaitsCheckpoints) {
        submit(way);
      }
    }

    /** The version waits again, unless a newer one does. */
    @Override
    public void failed() {
      waiting.putBack(captured);
    }

    @Override
    public void close() {
      captured.close();
    }
  }

  /** Gives a written version its final name. */
  private final class Publish implements StoreTask {

    private final VersionWay way;
    private volatile boolean published;

    private Publish(VersionWay way) {
      this.way = way;
    }

    @Override
    public void run() throws IOException {
      published = files.publish(way.written);
    }

    @Override
    public void done() {
      way.ledger.settled(way.written);
      ModelVersion version = way.written.version();
      if (!published) {
        ways.remove(way);
        lost.inc();
        LOG.error(
            "Version {} of stream {} is lost: {} is gone, so it is not announced. Let no other program delete files in versions.directory",
            version.getModelVersion(),
            version.getStream(),
            way.written.part());
        return;
      }

      announce.accept(ModelVersion.newBuilder(version).setPublishedAt(Instant.now()).build());
      way.announced = true;
      way.checkpoint = VersionWay.NO_CHECKPOINT;
    }

    @Override
    public void failed() {
      store.add(this);
    }
  }

  /** Deletes what a lineage no longer needs; what it cannot delete, the next one does. */
  private final class CleanUp implements StoreTask {

    private final Provenance origin;
    private final VersionLedger ledger;
    private final int kept;
    private volatile Set<String> parts = Set.of();

    private CleanUp(Provenance origin, VersionLedger ledger, int kept) {
      this.origin = origin;
      this.ledger = ledger;
      this.kept = kept;
    }

    @Override
    public void prepare() {
      parts =
          ledger.unannounced().stream()
              .map(WrittenVersion::partName)
              .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void run() throws IOException {
      files.clean(origin, kept, parts);
    }
  }
}

package io.rankstream.pipeline.tools.doctor;

import static org.apache.flink.configuration.TaskManagerOptions.MANAGED_MEMORY_SIZE;

import io.rankstream.model.Devices;
import io.rankstream.pipeline.config.CheckpointPace;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.MemoryPlan;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.StateBackendOptions;

/** Compares the memory that a job may ask for with the memory that there is. */
public final class MemoryChecks {

  /** Windows of a process from which checkpoints should be incremental. */
  private static final long LARGE_WINDOWS = 1L << 30;

  private static final String ROCKSDB = "rocksdb";

  private final JobConfig config;
  private final ReadableConfig engine;
  private final ProcessMemory has;
  private final int streams;
  private final MemoryPlan plan;

  private MemoryChecks(JobConfig config, Configuration given, ReadableConfig engine) {
    this.config = config;
    this.engine = engine;
    has = ProcessMemory.of(given);
    int all = config.input().streams().size();
    int parallelism = Math.max(1, engine.get(CoreOptions.DEFAULT_PARALLELISM));
    int subtasks = Math.min(parallelism, has.subtasks());
    streams = share(all, parallelism, subtasks);
    int models = share(all * config.replicas().replicas(), parallelism, subtasks);
    plan = MemoryPlan.of(config, streams, models, subtasks);
  }

  /** The largest share of a process in what is spread evenly over the subtasks of the job. */
  private static int share(int all, int parallelism, int subtasks) {
    return Math.min(all, (all + parallelism - 1) / parallelism * subtasks);
  }

  /**
   * Checks heap, memory outside of it, and the state backend of one process.
   *
   * @param given settings of the user; those of a TaskManager's memory mean a cluster
   * @param engine the same, completed by the defaults
   */
  public static List<Finding> all(JobConfig config, Configuration given, ReadableConfig engine) {
    MemoryChecks checks = new MemoryChecks(config, given, engine);
    return List.of(checks.heap(), checks.offHeap(), checks.state());
  }

  /** Checks the state backend alone, for a process whose memory is not known here. */
  public static Finding state(JobConfig config, Configuration given, ReadableConfig engine) {
    return new MemoryChecks(config, given, engine).state();
  }

  private Finding heap() {
    boolean onHeap = !isRocksDb();
    long asks = onHeap ? plan.heap() : plan.heapBesideWindows();
    String seen =
        "windows %s, anchors %s, batches %s, a model that starts %s: up to %s for %d stream(s), and there are %s"
            .formatted(
                onHeap ? megabytes(plan.windows()) : "in RocksDB",
                megabytes(plan.anchors()),
                megabytes(plan.batches()),
                megabytes(plan.starting()),
                megabytes(asks),
                streams,
                megabytes(has.heap()));
    if (asks <= has.heap()) {
      return Finding.ok("heap", seen);
    }

    long room = has.heap() - plan.heapBesideWindows();
    long maxBytes = MemoryPlan.maxBytesFor(config, streams, room) >> 20;
    String lower =
        onHeap && maxBytes > 0
            ? ", or lower %s to %d mb, or set %s: %s"
                .formatted(
                    JobOptions.WINDOW_MAX_BYTES.key(),
                    maxBytes,
                    StateBackendOptions.STATE_BACKEND.key(),
                    ROCKSDB)
            : "";
    return Finding.warning(
        "heap", "%s: set %s to %dm%s".formatted(seen, has.heapKey(), roomFor(asks) >> 20, lower));
  }

  private Finding offHeap() {
    boolean onGpu = isOnGpu(config.device());
    boolean embedsOnGpu = isOnGpu(config.embed().device());
    long asks =
        plan.decoding()
            + plan.copies()
            + (onGpu ? 0 : plan.models())
            + (embedsOnGpu ? 0 : plan.served());
    String seen =
        "models %s%s, their copies %s, versions that embed %s%s, decoding %s, without activations: up to %s for %d stream(s), and there are %s"
            .formatted(
                megabytes(plan.models()),
                onGpu ? " on the GPU" : "",
                megabytes(plan.copies()),
                megabytes(plan.served()),
                embedsOnGpu ? " on the GPU" : "",
                megabytes(plan.decoding()),
                megabytes(asks),
                streams,
                megabytes(has.offHeap()));
    if (asks <= has.offHeap()) {
      return Finding.ok("off-heap", seen);
    }

    String message =
        "%s: %s of %dm or more, or lower %s or %s"
            .formatted(
                seen,
                has.offHeapAdvice(),
                roomFor(asks) >> 20,
                JobOptions.MODEL_EMBEDDING_DIMENSION.key(),
                JobOptions.IMAGE_MAX_PIXELS.key());
    return !onGpu && plan.models() > has.offHeap()
        ? Finding.problem("off-heap", message)
        : Finding.warning("off-heap", message);
  }

  private Finding state() {
    CheckpointPace pace = CheckpointPace.of(engine);
    String seen =
        "%s, a checkpoint each %d s, of which %d in a row may fail before the job restarts"
            .formatted(
                engine.get(StateBackendOptions.STATE_BACKEND),
                pace.interval().toSeconds(),
                pace.tolerated());
    if (isRocksDb()) {
      return engine.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS)
          ? Finding.ok("state", seen)
          : Finding.warning(
              "state",
              "%s: set %s: true, or each checkpoint writes the windows whole"
                  .formatted(seen, CheckpointingOptions.INCREMENTAL_CHECKPOINTS.key()));
    }

    return plan.windows() < LARGE_WINDOWS
        ? Finding.ok("state", seen)
        : Finding.warning(
            "state",
            "%s; each writes windows of up to %s whole: set %s: %s, %s: true and %s: 512m"
                .formatted(
                    seen,
                    megabytes(plan.windows()),
                    StateBackendOptions.STATE_BACKEND.key(),
                    ROCKSDB,
                    CheckpointingOptions.INCREMENTAL_CHECKPOINTS.key(),
                    MANAGED_MEMORY_SIZE.key()));
  }

  private boolean isRocksDb() {
    return engine.get(StateBackendOptions.STATE_BACKEND).equals(ROCKSDB);
  }

  private static boolean isOnGpu(String device) {
    try {
      return Devices.select(device).isGpu();
    } catch (RuntimeException | LinkageError e) {
      return false; // another check tells what is wrong with the device
    }
  }

  /** A quarter more, for the collector and for activations. */
  private static long roomFor(long bytes) {
    return bytes + bytes / 4;
  }

  private static String megabytes(long bytes) {
    return "%,d MB".formatted((bytes + (1 << 20) - 1) >> 20);
  }
}

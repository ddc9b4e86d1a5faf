package io.rankstream.pipeline.config;

import io.rankstream.pipeline.store.CheckedStorageFactory;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;

/** Settings of Flink that suit this job; those that the user gives under Flink's keys win. */
public final class EngineDefaults {

  private static final String BLOOM_FILTER = "state.backend.rocksdb.use-bloom-filter";

  private static final String FLINKS_FILES = "filesystem";

  private static final int PORTS_TO_TRY = 50;

  private EngineDefaults() {}

  /**
   * The settings for a job on a cluster, which has its own memory, parallelism and checkpoint
   * storage.
   *
   * @param settings settings that the user gave to the job
   * @param cluster configuration of the cluster; it wins over the defaults
   */
  public static Configuration forJob(Configuration settings, ReadableConfig cluster) {
    Configuration defaults = new Configuration();
    // A read_committed consumer waits for up to one checkpoint interval.
    defaults.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
    defaults.set(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS, Duration.ofMillis(500));
    // A store that fails once must not restart the job. If all that are tolerated time out, the
    // transactions of a job with the default settings still live.
    defaults.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, 3);
    defaults.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofMinutes(3));
    defaults.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true); // where the backend can
    // A window looks up single images: without filters RocksDB searches many files for each.
    defaults.setString(BLOOM_FILTER, "true");
    // A barrier must not queue behind batches that wait for a slow training step.
    defaults.set(CheckpointingOptions.ENABLE_UNALIGNED, true);
    defaults.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    defaults.set(PipelineOptions.OBJECT_REUSE, true); // events are immutable

    Configuration completed = new Configuration();
    defaults
        .toMap()
        .forEach(
            (key, value) -> {
              if (!cluster.toMap().containsKey(key)) {
                completed.setString(key, value);
              }
            });
    if (storesFiles(settings, cluster)) {
      completed.set(CheckpointingOptions.CHECKPOINT_STORAGE, CheckedStorageFactory.class.getName());
    }
    completed.addAll(engineKeysOf(settings));
    completed.set(PipelineOptions.GENERIC_TYPES, false); // no silent Kryo
    completed.set(PipelineOptions.AUTO_GENERATE_UIDS, false); // every state is found by its uid
    return completed;
  }

  /** The settings for a job in a mini cluster inside this process. */
  public static Configuration forLocal(Configuration settings) {
    Configuration completed = new Configuration();
    completed.set(CoreOptions.DEFAULT_PARALLELISM, 1);
    completed.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
    completed.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(64));
    completed.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(64));
    completed.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, managedMemory(settings));
    completed.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        StateDirectory.path().resolve("checkpoints").toUri().toString());
    completed.set(
        CheckpointingOptions.SAVEPOINT_DIRECTORY,
        StateDirectory.path().resolve("savepoints").toUri().toString());
    completed.set(MetricOptions.METRIC_FETCHER_UPDATE_INTERVAL, Duration.ofSeconds(4));
    if (!settings.contains(RestOptions.PORT) && !settings.contains(RestOptions.BIND_PORT)) {
      completed.set(RestOptions.BIND_PORT, portsFrom(RestOptions.PORT.defaultValue()));
    }
    completed.addAll(settings);
    return forJob(completed, new Configuration());
  }

  /** Whether checkpoints would lie in Flink's own files, which have no checksums. */
  private static boolean storesFiles(Configuration settings, ReadableConfig cluster) {
    Configuration both = Configuration.fromMap(cluster.toMap());
    both.addAll(settings);
    String storage =
        cluster.getOptional(CheckpointingOptions.CHECKPOINT_STORAGE).orElse(FLINKS_FILES);
    return both.contains(CheckpointingOptions.CHECKPOINTS_DIRECTORY)
        && !settings.contains(CheckpointingOptions.CHECKPOINT_STORAGE)
        && storage.equals(FLINKS_FILES);
  }

  /** RocksDB alone uses it: with little of it, RocksDB writes and then searches tiny files. */
  private static MemorySize managedMemory(Configuration settings) {
    boolean isRocksDb = settings.get(StateBackendOptions.STATE_BACKEND).equals("rocksdb");
    return MemorySize.ofMebiBytes(isRocksDb ? 512 : 64);
  }

  /**
   * The range of ports that are tried for Flink's page.
   *
   * @param first port to try first
   */
  public static String portsFrom(int first) {
    return "%s-%s".formatted(first, first + PORTS_TO_TRY - 1);
  }

  /** Flink stores and shows its settings, and those of the Kafka clients hold passwords. */
  private static Configuration engineKeysOf(Configuration settings) {
    Configuration engine = new Configuration();
    settings
        .toMap()
        .forEach(
            (key, value) -> {
              if (KeyCheck.isEngineKey(key)) {
                engine.setString(key, value);
              }
            });
    return engine;
  }
}

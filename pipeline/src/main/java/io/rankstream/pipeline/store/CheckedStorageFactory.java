package io.rankstream.pipeline.store;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateChangelogOptions;
import org.apache.flink.runtime.state.CheckpointStorage;
import org.apache.flink.runtime.state.CheckpointStorageFactory;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;

/**
 * Makes the storage of checkpoints that ends each file with a checksum; Flink finds it by its name
 * in {@code execution.checkpointing.storage}.
 */
public final class CheckedStorageFactory implements CheckpointStorageFactory<CheckpointStorage> {

  private static final String HEAP = "hashmap";

  @Override
  public CheckpointStorage createFromConfig(ReadableConfig config, ClassLoader classes) {
    return new CheckedStorage(
        FileSystemCheckpointStorage.createFromConfig(config, classes), checksFiles(config));
  }

  /** RocksDB takes back whole files, which must be as it wrote them, and has its own checksums. */
  private static boolean checksFiles(ReadableConfig config) {
    return config.get(StateBackendOptions.STATE_BACKEND).equals(HEAP)
        && !config.get(StateChangelogOptions.ENABLE_STATE_CHANGE_LOG);
  }
}

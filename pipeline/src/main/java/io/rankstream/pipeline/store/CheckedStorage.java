package io.rankstream.pipeline.store;

import java.io.IOException;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.state.CheckpointStorage;
import org.apache.flink.runtime.state.CheckpointStorageAccess;
import org.apache.flink.runtime.state.CompletedCheckpointStorageLocation;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;

/**
 * Flink's checkpoints on a file system, each file with a checksum at its end. Directories, names
 * and all bytes but the last are Flink's own.
 */
final class CheckedStorage implements CheckpointStorage {

  private static final long serialVersionUID = 1L;

  private final FileSystemCheckpointStorage files;
  private final boolean checksFiles;

  /**
   * @param files decides where the files lie
   * @param checksFiles whether the files of state get checksums; the metadata always do
   */
  CheckedStorage(FileSystemCheckpointStorage files, boolean checksFiles) {
    this.files = files;
    this.checksFiles = checksFiles;
  }

  @Override
  public CompletedCheckpointStorageLocation resolveCheckpoint(String pointer) throws IOException {
    return files.resolveCheckpoint(pointer);
  }

  @Override
  public CheckpointStorageAccess createCheckpointStorage(JobID job) throws IOException {
    return new CheckedStorageAccess(files.createCheckpointStorage(job), checksFiles);
  }
}

package io.rankstream.pipeline.store;

import java.io.IOException;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStateToolset;
import org.apache.flink.runtime.state.CheckpointStorageAccess;
import org.apache.flink.runtime.state.CheckpointStorageLocation;
import org.apache.flink.runtime.state.CheckpointStorageLocationReference;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CompletedCheckpointStorageLocation;

/** The checkpoints of one job. A job starts from one only when all of its files are whole. */
final class CheckedStorageAccess implements CheckpointStorageAccess {

  private final CheckpointStorageAccess files;
  private final boolean checksFiles;

  CheckedStorageAccess(CheckpointStorageAccess files, boolean checksFiles) {
    this.files = files;
    this.checksFiles = checksFiles;
  }

  /**
   * The checkpoint that a job is to start from. A failover does not come here.
   *
   * @throws IOException when a file of it is missing or damaged; the job ends
   */
  @Override
  public CompletedCheckpointStorageLocation resolveCheckpoint(String pointer) throws IOException {
    CompletedCheckpointStorageLocation location = files.resolveCheckpoint(pointer);
    StoredCheckpoint.open(location.getExternalPointer()).requireWhole();
    return location;
  }

  @Override
  public CheckpointStorageLocation initializeLocationForCheckpoint(long checkpoint)
      throws IOException {
    return new CheckedLocation(files.initializeLocationForCheckpoint(checkpoint), checksFiles);
  }

  @Override
  public CheckpointStorageLocation initializeLocationForSavepoint(long checkpoint, String pointer)
      throws IOException {
    return new CheckedLocation(
        files.initializeLocationForSavepoint(checkpoint, pointer), checksFiles);
  }

  @Override
  public CheckpointStreamFactory resolveCheckpointStorageLocation(
      long checkpoint, CheckpointStorageLocationReference reference) throws IOException {
    return new CheckedStreams(
        files.resolveCheckpointStorageLocation(checkpoint, reference), checksFiles);
  }

  @Override
  public boolean supportsHighlyAvailableStorage() {
    return files.supportsHighlyAvailableStorage();
  }

  @Override
  public boolean hasDefaultSavepointLocation() {
    return files.hasDefaultSavepointLocation();
  }

  @Override
  public void initializeBaseLocationsForCheckpoint() throws IOException {
    files.initializeBaseLocationsForCheckpoint();
  }

  @Override
  public CheckpointStateOutputStream createTaskOwnedStateStream() throws IOException {
    return files.createTaskOwnedStateStream();
  }

  @Override
  public CheckpointStateToolset createTaskOwnedCheckpointStateToolset() {
    return files.createTaskOwnedCheckpointStateToolset();
  }
}

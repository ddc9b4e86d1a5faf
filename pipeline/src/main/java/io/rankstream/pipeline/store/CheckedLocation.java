package io.rankstream.pipeline.store;

import java.io.IOException;
import org.apache.flink.runtime.state.CheckpointMetadataOutputStream;
import org.apache.flink.runtime.state.CheckpointStorageLocation;
import org.apache.flink.runtime.state.CheckpointStorageLocationReference;

/** Where a checkpoint is written that has not yet been completed. */
final class CheckedLocation extends CheckedStreams implements CheckpointStorageLocation {

  private final CheckpointStorageLocation files;

  CheckedLocation(CheckpointStorageLocation files, boolean checksFiles) {
    super(files, checksFiles);
    this.files = files;
  }

  @Override
  public CheckpointMetadataOutputStream createMetadataOutputStream() throws IOException {
    return new CheckedMetadataStream(
        files.createMetadataOutputStream(),
        checksFiles ? Content.METADATA_OF_CHECKED_FILES : Content.METADATA);
  }

  @Override
  public void disposeOnFailure() throws IOException {
    files.disposeOnFailure();
  }

  @Override
  public CheckpointStorageLocationReference getLocationReference() {
    return files.getLocationReference();
  }
}

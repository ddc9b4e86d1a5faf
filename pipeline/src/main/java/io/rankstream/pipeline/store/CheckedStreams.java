package io.rankstream.pipeline.store;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.StreamStateHandle;

/** Opens the streams that tasks write their state to. */
class CheckedStreams implements CheckpointStreamFactory {

  private final CheckpointStreamFactory files;
  final boolean checksFiles;

  /**
   * @param checksFiles whether state gets trailers
   */
  CheckedStreams(CheckpointStreamFactory files, boolean checksFiles) {
    this.files = files;
    this.checksFiles = checksFiles;
  }

  @Override
  public CheckpointStateOutputStream createCheckpointStateOutputStream(CheckpointedStateScope scope)
      throws IOException {
    CheckpointStateOutputStream file = files.createCheckpointStateOutputStream(scope);
    return checksFiles ? new CheckedStateStream(file) : file;
  }

  @Override
  public boolean canFastDuplicate(StreamStateHandle handle, CheckpointedStateScope scope)
      throws IOException {
    return files.canFastDuplicate(handle, scope);
  }

  @Override
  public List<StreamStateHandle> duplicate(
      List<StreamStateHandle> handles, CheckpointedStateScope scope) throws IOException {
    return files.duplicate(handles, scope);
  }

  @Override
  public void reusePreviousStateHandle(Collection<? extends StreamStateHandle> previous) {
    files.reusePreviousStateHandle(previous);
  }

  @Override
  public boolean couldReuseStateHandle(StreamStateHandle handle) {
    return files.couldReuseStateHandle(handle);
  }
}

package io.rankstream.pipeline.store;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.AbstractChannelStateHandle;
import org.apache.flink.runtime.state.AbstractMergedChannelStateHandle;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StateObject;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;

/** A complete checkpoint or savepoint, seen from outside of a job. */
public final class StoredCheckpoint {

  private static final String METADATA = "_metadata";

  private final Path file;
  private final CheckpointMetadata metadata;
  private final Optional<Trailer> trailer;

  private StoredCheckpoint(Path file, CheckpointMetadata metadata, Optional<Trailer> trailer) {
    this.file = file;
    this.metadata = metadata;
    this.trailer = trailer;
  }

  /**
   * Reads the metadata of a checkpoint, and compares their checksum.
   *
   * @param location directory of the checkpoint or savepoint, or its metadata file
   * @throws IOException when the location is not a checkpoint, or its metadata are damaged
   */
  public static StoredCheckpoint open(String location) throws IOException {
    Path path = new Path(location);
    FileSystem files = path.getFileSystem();
    Path file = path.getName().equals(METADATA) ? path : new Path(path, METADATA);
    if (!files.exists(file)) {
      throw new FileNotFoundException(
          "%s is no checkpoint: give a directory that has a file %s, such as .../chk-42"
              .formatted(location, METADATA));
    }

    byte[] bytes;
    try (InputStream in = files.open(file)) {
      bytes = in.readAllBytes();
    }
    try {
      Optional<Trailer> trailer = Trailer.check(new ByteArrayInputStream(bytes), bytes.length);
      ByteArrayInputStream in = new ByteArrayInputStream(bytes);
      CheckpointMetadata metadata =
          Checkpoints.loadCheckpointMetadata(
              new DataInputStream(in), StoredCheckpoint.class.getClassLoader(), location);
      if (in.available() != (trailer.isPresent() ? Trailer.BYTES : 0)) {
        throw new DamagedFileException("bytes follow its end");
      }
      return new StoredCheckpoint(file, metadata, trailer);
    } catch (DamagedFileException e) {
      throw damaged(file, e.getMessage(), e);
    } catch (IOException | RuntimeException | OutOfMemoryError e) { // Flink trusts what it reads
      throw damaged(file, e.toString(), e);
    }
  }

  /** Flink's description of the checkpoint. */
  public CheckpointMetadata metadata() {
    return metadata;
  }

  /** Whether the metadata have a checksum, which was compared. */
  public boolean isChecked() {
    return trailer.isPresent();
  }

  /** Whether all files of state have checksums too. */
  public boolean hasCheckedFiles() {
    return trailer.map(Trailer::content).filter(this::isOfCheckedFiles).isPresent();
  }

  /** The files of state that the metadata name, each once. */
  public Collection<FileStateHandle> files() {
    Map<Path, FileStateHandle> files = new LinkedHashMap<>();
    metadata.getOperatorStates().stream()
        .map(OperatorState::getStates)
        .flatMap(Collection::stream)
        .flatMap(StoredCheckpoint::handles)
        .filter(FileStateHandle.class::isInstance)
        .map(FileStateHandle.class::cast)
        .forEach(handle -> files.put(handle.getFilePath(), handle));
    return files.values();
  }

  /**
   * Reads a file of state to its end. Where it has no checksum, only its length is compared.
   *
   * @throws IOException when it is missing or damaged, with its path
   */
  public void check(FileStateHandle state) throws IOException {
    Path path = state.getFilePath();
    try {
      long length = path.getFileSystem().getFileStatus(path).getLen();
      if (state.getStateSize() >= 0 && length != state.getStateSize()) {
        throw new DamagedFileException(
            "it has %,d bytes, the metadata tell %,d".formatted(length, state.getStateSize()));
      }
      try (InputStream in = state.openInputStream()) {
        boolean isChecked = Trailer.check(in, length).isPresent();
        if (hasCheckedFiles() && !isChecked) {
          throw new DamagedFileException("its last bytes are not its checksum");
        }
        if (isChecked && !isChecked()) {
          throw new DamagedFileException(
              "it has a checksum and %s has none: the end of that file is missing"
                  .formatted(METADATA));
        }
      }
    } catch (FileNotFoundException e) {
      throw new FileNotFoundException(
          "%s is missing: bring it back, or use another checkpoint".formatted(path.getPath()));
    } catch (DamagedFileException e) {
      throw damaged(path, e.getMessage(), e);
    }
  }

  /**
   * Checks all files.
   *
   * @throws IOException for the first file that is missing or damaged
   */
  void requireWhole() throws IOException {
    for (FileStateHandle state : files()) {
      check(state);
    }
  }

  @Override
  public String toString() {
    return file.getPath();
  }

  private boolean isOfCheckedFiles(int content) {
    return content == Content.METADATA_OF_CHECKED_FILES.number();
  }

  private static Stream<StreamStateHandle> handles(OperatorSubtaskState subtask) {
    Stream<KeyedStateHandle> keyed =
        Stream.concat(subtask.getManagedKeyedState().stream(), subtask.getRawKeyedState().stream());
    Stream<OperatorStateHandle> operator =
        Stream.concat(
            subtask.getManagedOperatorState().stream(), subtask.getRawOperatorState().stream());
    Stream<StateObject> channels =
        Stream.concat(
            subtask.getInputChannelState().stream(), subtask.getResultSubpartitionState().stream());
    return Stream.of(
            keyed.flatMap(StoredCheckpoint::handles),
            operator.map(OperatorStateHandle::getDelegateStateHandle),
            channels.flatMap(StoredCheckpoint::channelHandles))
        .flatMap(each -> each);
  }

  private static Stream<StreamStateHandle> handles(KeyedStateHandle keyed) {
    if (keyed instanceof IncrementalRemoteKeyedStateHandle incremental) {
      return incremental.streamSubHandles();
    }

    return keyed instanceof KeyGroupsStateHandle groups
        ? Stream.of(groups.getDelegateStateHandle())
        : Stream.empty();
  }

  /** Records that were on their way between tasks when the checkpoint was taken. */
  private static Stream<StreamStateHandle> channelHandles(StateObject channel) {
    if (channel instanceof AbstractMergedChannelStateHandle<?, ?> merged) {
      return Stream.of(merged.getDelegate());
    }

    return channel instanceof AbstractChannelStateHandle<?> single
        ? Stream.of(single.getDelegate())
        : Stream.empty();
  }

  private static IOException damaged(Path file, String why, Throwable cause) {
    return new IOException(
        "%s is damaged: %s. Use an older checkpoint".formatted(file.getPath(), why), cause);
  }
}

package io.rankstream.pipeline.tools.evaluate;

import io.rankstream.pipeline.store.StoredCheckpoint;
import io.rankstream.pipeline.train.StoredModel;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedBackendSerializationProxy;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.LocalRecoveryConfig;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.UncompressedStreamCompressionDecorator;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.apache.flink.runtime.state.heap.HeapKeyedStateBackendBuilder;
import org.apache.flink.runtime.state.heap.HeapPriorityQueueSetFactory;
import org.apache.flink.runtime.state.metrics.LatencyTrackingStateConfig;
import org.apache.flink.runtime.state.metrics.SizeTrackingStateConfig;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;

/**
 * Reads everything in a checkpoint or savepoint.
 *
 * <p>Files end with checksums, unless an earlier release wrote them, Flink's own storage, or
 * RocksDB. What has none is read by Flink's own readers, which find what makes no sense, or, where
 * RocksDB wrote it, compared with the length that the metadata tell. The trainer's state and each
 * image of the window have checksums of their own in any case.
 */
public final class CheckpointReview {

  private static final int QUEUE_CAPACITY = 128;

  private final List<StateFinding> findings = new ArrayList<>();
  private final boolean hasCheckedFiles;

  private CheckpointReview(boolean hasCheckedFiles) {
    this.hasCheckedFiles = hasCheckedFiles;
  }

  /**
   * Reads a checkpoint.
   *
   * @param location directory of the checkpoint or savepoint, or its metadata file
   * @return what was found, part by part
   * @throws IOException when the metadata are missing or damaged
   */
  public static List<StateFinding> of(String location) throws IOException {
    return of(StoredCheckpoint.open(location));
  }

  /** Reads a checkpoint whose metadata were read before; part by part, as above. */
  public static List<StateFinding> of(StoredCheckpoint stored) {
    CheckpointReview review = new CheckpointReview(stored.hasCheckedFiles());
    review.add("checkpoint", () -> description(stored));
    review.add("checksums", () -> checksums(stored));
    for (OperatorState operator : stored.metadata().getOperatorStates()) {
      String name = operator.getOperatorUid().orElse(operator.getOperatorID().toString());
      operator
          .getSubtaskStates()
          .forEach(
              (index, subtask) ->
                  review.subtask("%s %d".formatted(name, index), operator, subtask));
    }
    return review.findings;
  }

  private static String description(StoredCheckpoint stored) {
    CheckpointMetadata metadata = stored.metadata();
    return "%s %d: %d operators with %,d bytes of state"
        .formatted(
            isSavepoint(metadata) ? "savepoint" : "checkpoint",
            metadata.getCheckpointId(),
            metadata.getOperatorStates().size(),
            metadata.getOperatorStates().stream().mapToLong(OperatorState::getStateSize).sum());
  }

  private static boolean isSavepoint(CheckpointMetadata metadata) {
    return metadata.getCheckpointProperties() != null
        && metadata.getCheckpointProperties().isSavepoint();
  }

  private static String checksums(StoredCheckpoint stored) throws IOException {
    List<String> problems = new ArrayList<>();
    for (FileStateHandle file : stored.files()) {
      try {
        stored.check(file);
      } catch (IOException e) {
        problems.add(e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw new IOException(String.join("; ", problems));
    }
    if (!stored.isChecked()) {
      return "it has none: an earlier release wrote it, or execution.checkpointing.storage is not that of Rankstream";
    }

    int files = stored.files().size();
    return stored.hasCheckedFiles()
        ? "every byte of _metadata and of %d files matches".formatted(files)
        : "every byte of _metadata matches; the lengths of %d files do, which have no checksum"
            .formatted(files);
  }

  private interface Reading {
    String read() throws Exception;
  }

  private void subtask(String name, OperatorState operator, OperatorSubtaskState subtask) {
    for (KeyedStateHandle handle : subtask.getRawKeyedState()) {
      add(name + " models", () -> models((KeyGroupsStateHandle) handle));
    }
    if (hasCheckedFiles) {
      return; // each byte of the rest was compared
    }

    for (KeyedStateHandle handle : subtask.getManagedKeyedState()) {
      add(name + " keyed", () -> keyed(operator.getMaxParallelism(), handle));
    }
    Stream.concat(
            subtask.getManagedOperatorState().stream(), subtask.getRawOperatorState().stream())
        .map(OperatorStateHandle::getDelegateStateHandle)
        .forEach(handle -> add(name + " operator", () -> complete(Stream.of(handle))));
  }

  private void add(String part, Reading reading) {
    try {
      findings.add(new StateFinding(part, true, reading.read()));
    } catch (Exception | LinkageError | OutOfMemoryError e) { // Flink trusts what it reads
      findings.add(new StateFinding(part, false, reason(e)));
    }
  }

  private static String reason(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return error instanceof IOException io && io.getMessage() != null
        ? io.getMessage()
        : String.valueOf(root);
  }

  private static String models(KeyGroupsStateHandle handle) throws IOException {
    Map<String, StoredModel> models = new TreeMap<>();
    try {
      CheckpointModels.read(handle, models);
      return models.entrySet().stream()
          .map(
              model ->
                  "%s after %,d steps, %d classes, lineage %s"
                      .formatted(
                          model.getKey(),
                          model.getValue().snapshot().step(),
                          model.getValue().snapshot().labels().size(),
                          model.getValue().lineage()))
          .collect(Collectors.joining("; ", "all checksums match: ", ""));
    } finally {
      models.values().forEach(StoredModel::close);
    }
  }

  private static String keyed(int keyGroups, KeyedStateHandle handle) throws Exception {
    if (handle instanceof IncrementalRemoteKeyedStateHandle incremental) {
      return complete(incremental.streamSubHandles());
    }

    KeyGroupRange range = handle.getKeyGroupRange();
    try (CloseableRegistry closeables = new CloseableRegistry()) {
      new HeapKeyedStateBackendBuilder<>(
              null,
              keySerializer(handle),
              CheckpointReview.class.getClassLoader(),
              keyGroups,
              range,
              new ExecutionConfig(),
              TtlTimeProvider.DEFAULT,
              LatencyTrackingStateConfig.disabled(),
              SizeTrackingStateConfig.disabled(),
              List.of(handle),
              UncompressedStreamCompressionDecorator.INSTANCE,
              LocalRecoveryConfig.BACKUP_AND_RECOVERY_DISABLED,
              new HeapPriorityQueueSetFactory(range, keyGroups, QUEUE_CAPACITY),
              true,
              closeables)
          .build()
          .dispose();
    }
    return "Flink has read all %,d bytes; the checksums of the images match"
        .formatted(handle.getStateSize());
  }

  /** The state tells itself what it is keyed by. */
  private static TypeSerializer<?> keySerializer(KeyedStateHandle handle) throws IOException {
    ClassLoader classes = CheckpointReview.class.getClassLoader();
    KeyedBackendSerializationProxy<?> header = new KeyedBackendSerializationProxy<>(classes);
    try (InputStream in = ((StreamStateHandle) handle).openInputStream()) {
      header.read(new DataInputViewStreamWrapper(in));
    }
    return header.getKeySerializerSnapshot().restoreSerializer();
  }

  /** Reads every byte, and compares their number with the metadata. */
  private static String complete(Stream<StreamStateHandle> handles) throws IOException {
    long all = 0;
    for (StreamStateHandle handle : handles.toList()) {
      long found = 0;
      byte[] buffer = new byte[1 << 16];
      try (InputStream in = handle.openInputStream()) {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          found += count;
        }
      }
      if (found != handle.getStateSize()) {
        throw new IOException(
            "%s has %,d bytes, the metadata tell %,d"
                .formatted(CheckpointModels.place(handle), found, handle.getStateSize()));
      }
      all += found;
    }
    return "%,d bytes are there".formatted(all);
  }
}

package io.rankstream.pipeline.tools.evaluate;

import io.rankstream.pipeline.event.OperatorNames;
import io.rankstream.pipeline.store.StoredCheckpoint;
import io.rankstream.pipeline.train.DamagedStateException;
import io.rankstream.pipeline.train.StoredModel;
import io.rankstream.pipeline.train.TrainerSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;

/** Reads the models in a checkpoint or savepoint, without a job. */
public final class CheckpointModels {

  private static final String METADATA = "_metadata";

  private CheckpointModels() {}

  /**
   * Reads the models by stream; the caller closes them.
   *
   * @param location directory of the checkpoint or savepoint, or its metadata file
   * @throws IOException when the location is not a checkpoint, or has no model
   */
  public static Map<String, StoredModel> read(String location) throws IOException {
    return read(StoredCheckpoint.open(location), location);
  }

  /**
   * Reads the models of a checkpoint whose metadata were read before, by stream.
   *
   * @param location where it is, for messages
   * @throws IOException when it has no model
   */
  public static Map<String, StoredModel> read(StoredCheckpoint stored, String location)
      throws IOException {
    Map<String, StoredModel> models = new TreeMap<>();
    for (OperatorState operator : stored.metadata().getOperatorStates()) {
      if (operator.getOperatorUid().filter(OperatorNames.TWO_HEAD_TRAINER::equals).isPresent()) {
        for (OperatorSubtaskState subtask : operator.getStates()) {
          for (KeyedStateHandle handle : subtask.getRawKeyedState()) {
            read((KeyGroupsStateHandle) handle, models);
          }
        }
      }
    }
    if (models.isEmpty()) {
      throw new IOException(
          "%s holds no model: take a checkpoint after the first training step, or one of a Rankstream job"
              .formatted(location));
    }

    return models;
  }

  /**
   * Reads the models of one part of the trainer's state, and checks all of that part.
   *
   * @throws IOException when it is damaged, with the file
   */
  static void read(KeyGroupsStateHandle handle, Map<String, StoredModel> models)
      throws IOException {
    try (FSDataInputStream in = handle.openInputStream()) {
      for (int group : handle.getKeyGroupRange()) {
        long offset = handle.getOffsetForKeyGroup(group);
        if (offset >= 0) { // groups without models have no offset
          in.seek(offset);
          models.putAll(readGroup(handle, group, in));
        }
      }
    }
  }

  private static Map<String, StoredModel> readGroup(
      KeyGroupsStateHandle handle, int group, InputStream in) throws IOException {
    try {
      return TrainerSnapshot.readModels(in);
    } catch (DamagedStateException e) {
      throw new IOException(
          "%s is damaged, key group %d: %s. Use an older checkpoint"
              .formatted(place(handle), group, e.getMessage()),
          e);
    }
  }

  /** Where state lies: a file, or the metadata, which holds small state itself. */
  static String place(StreamStateHandle handle) {
    return handle.maybeGetPath().map(Path::getPath).orElse("The state in " + METADATA);
  }
}

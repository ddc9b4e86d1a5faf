package io.rankstream.lab;

import io.rankstream.pipeline.event.OperatorNames;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;

/** Looks into a savepoint from outside the job. */
final class SavepointState {

  private SavepointState() {}

  /**
   * SHA-256 of all that the trainer wrote: weights, momentum, statistics, vocabulary, accuracies,
   * waiting batches.
   */
  static String digestOfTrainer(String savepoint) throws Exception {
    Path metadata = Path.of(URI.create(savepoint)).resolve("_metadata");
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    int bytes = 0;
    try (DataInputStream in = new DataInputStream(Files.newInputStream(metadata))) {
      CheckpointMetadata checkpoint =
          Checkpoints.loadCheckpointMetadata(in, SavepointState.class.getClassLoader(), savepoint);
      for (OperatorState operator : checkpoint.getOperatorStates()) {
        if (operator.getOperatorUid().filter(OperatorNames.TWO_HEAD_TRAINER::equals).isPresent()) {
          for (OperatorSubtaskState subtask : operator.getStates()) {
            for (KeyedStateHandle handle : subtask.getRawKeyedState()) {
              bytes += update(digest, (KeyGroupsStateHandle) handle);
            }
          }
        }
      }
    }
    if (bytes == 0) {
      throw new IOException("The savepoint has no state of the trainer: " + savepoint);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static int update(MessageDigest digest, KeyGroupsStateHandle handle) throws IOException {
    try (InputStream in = handle.openInputStream()) {
      byte[] bytes = in.readAllBytes();
      digest.update(bytes);
      return bytes.length;
    }
  }
}

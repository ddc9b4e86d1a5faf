package io.rankstream.pipeline.flink;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Finds the checkpoints and savepoints in directories of this machine. */
public final class SavedStates {

  /** Flink writes it last: a directory without it is unfinished or was being deleted. */
  private static final String COMPLETE = "_metadata";

  private SavedStates() {}

  /**
   * The complete checkpoints, the newest first.
   *
   * @param directory as in execution.checkpointing.dir; it may be missing
   */
  public static List<SavedState> checkpoints(Path directory) throws IOException {
    List<SavedState> found = new ArrayList<>();
    for (Path job : children(directory)) {
      for (Path checkpoint : children(job)) {
        if (checkpoint.getFileName().toString().startsWith("chk-")) {
          add(checkpoint, job.getFileName().toString(), found);
        }
      }
    }
    return newestFirst(found);
  }

  /**
   * The complete savepoints, the newest first.
   *
   * @param directory as in execution.checkpointing.savepoint-dir; it may be missing
   */
  public static List<SavedState> savepoints(Path directory) throws IOException {
    List<SavedState> found = new ArrayList<>();
    for (Path savepoint : children(directory)) {
      String[] parts = savepoint.getFileName().toString().split("-", -1);
      if (parts.length == 3 && parts[0].equals("savepoint")) { // savepoint-JOB-RANDOM
        add(savepoint, parts[1], found);
      }
    }
    return newestFirst(found);
  }

  private static void add(Path directory, String job, List<SavedState> found) throws IOException {
    Path metadata = directory.resolve(COMPLETE);
    if (Files.isRegularFile(metadata)) {
      found.add(new SavedState(directory, Files.getLastModifiedTime(metadata), job));
    }
  }

  static List<SavedState> newestFirst(List<SavedState> states) {
    return states.stream().sorted(Comparator.comparing(SavedState::written).reversed()).toList();
  }

  private static List<Path> children(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(Files::isDirectory).sorted().toList();
    }
  }
}

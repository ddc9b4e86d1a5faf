package io.rankstream.pipeline.cli;

import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.flink.LocalJobs;
import io.rankstream.pipeline.flink.SavedState;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.RecoveryClaimMode;

/** The checkpoints of runs in one process: where the next run goes on, and which are too old. */
final class LocalState {

  private static final String JOBS = "jobs"; // beside the checkpoints that they tell of

  private final Optional<Path> checkpoints;
  private final Optional<Path> savepoints;
  private final String startFrom;
  private final boolean claims;
  private final String group;

  /**
   * @param engine Flink's settings of the run
   * @param group consumer group of the job
   */
  LocalState(ReadableConfig engine, String group) {
    this.group = group;
    checkpoints = here(engine.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY));
    savepoints = here(engine.get(CheckpointingOptions.SAVEPOINT_DIRECTORY));
    startFrom = engine.getOptional(StateRecoveryOptions.SAVEPOINT_PATH).orElse("");
    claims = engine.get(StateRecoveryOptions.RESTORE_MODE) == RecoveryClaimMode.CLAIM;
  }

  /**
   * Sets the newest complete checkpoint or savepoint of the job as the one to start from.
   *
   * @param settings settings of the run; changed in place
   * @return a line for the user
   */
  String resume(Configuration settings) throws IOException {
    if (!startFrom.isEmpty()) {
      throw new UsageException(
          "Give --resume or %s, not both: the second names the checkpoint itself"
              .formatted(StateRecoveryOptions.SAVEPOINT_PATH.key()));
    }
    Path directory =
        checkpoints.orElseThrow(
            () ->
                new UsageException(
                    "--resume looks for checkpoints on this machine, and %s is elsewhere: name one with --%s"
                        .formatted(
                            CheckpointingOptions.CHECKPOINTS_DIRECTORY.key(),
                            StateRecoveryOptions.SAVEPOINT_PATH.key())));
    SavedState newest =
        new LocalJobs(directory.resolve(JOBS))
            .newest(directory, savepoints.orElse(directory), group)
            .orElseThrow(
                () ->
                    new UsageException(
                        "There is no complete checkpoint of the group %s in %s: start without --resume, or name one with --%s"
                            .formatted(
                                group, directory, StateRecoveryOptions.SAVEPOINT_PATH.key())));
    settings.set(StateRecoveryOptions.SAVEPOINT_PATH, newest.path().toUri().toString());
    return "Going on from %s, written at %s".formatted(newest.path(), newest.written());
  }

  /** A line for the user on what a run starts from that was not told to resume. */
  static String start(Configuration settings) {
    return settings
        .getOptional(StateRecoveryOptions.SAVEPOINT_PATH)
        .map(path -> "Going on from " + path)
        .orElse("Starting new models: --resume goes on from the last checkpoint instead");
  }

  /** Notes a job that has started, and deletes what ended jobs left too long ago. */
  List<Path> started(String job) throws IOException {
    if (checkpoints.isEmpty()) {
      return List.of();
    }
    LocalJobs jobs = new LocalJobs(checkpoints.get().resolve(JOBS));
    jobs.add(job, group, claims ? startFrom : "");
    return jobs.deleteOld(checkpoints.get(), group, startFrom);
  }

  private static Optional<Path> here(String address) {
    if (address == null || address.isBlank()) {
      return Optional.empty();
    }
    URI uri = URI.create(address);
    return "file".equals(uri.getScheme()) ? Optional.of(Path.of(uri.getPath())) : Optional.empty();
  }
}

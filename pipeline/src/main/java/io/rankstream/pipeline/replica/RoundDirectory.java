package io.rankstream.pipeline.replica;

import java.nio.file.Path;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ReadableConfig;

/** The directory of the weights that replicas hand in. */
public final class RoundDirectory {

  private static final String NAME = "rankstream-rounds";

  private RoundDirectory() {}

  /**
   * A directory beside the checkpoints, which all TaskManagers and the JobManager see; without
   * checkpoints, which only a job in one process does, a temporary one.
   *
   * @param engine configuration of the engine
   */
  public static String of(ReadableConfig engine) {
    return engine
        .getOptional(CheckpointingOptions.CHECKPOINTS_DIRECTORY)
        .map(checkpoints -> checkpoints.replaceFirst("/*$", "/" + NAME))
        .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"), NAME).toUri().toString());
  }
}

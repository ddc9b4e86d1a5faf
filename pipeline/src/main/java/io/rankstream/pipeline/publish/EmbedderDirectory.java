package io.rankstream.pipeline.publish;

import io.rankstream.pipeline.config.EmbedConfig;
import java.nio.file.Path;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ReadableConfig;

/** The directory of the weights that the trainers hand to the embedders. */
public final class EmbedderDirectory {

  private static final String NAME = "rankstream-weights";

  private EmbedderDirectory() {}

  /**
   * The directory of a job: the configured one, or one beside the checkpoints, which all
   * TaskManagers see; without checkpoints, which only a job in one process does, a temporary one.
   *
   * @param engine configuration of the engine
   */
  public static String of(EmbedConfig config, ReadableConfig engine) {
    if (!config.directory().isEmpty()) {
      return config.directory();
    }

    return engine
        .getOptional(CheckpointingOptions.CHECKPOINTS_DIRECTORY)
        .map(checkpoints -> checkpoints.replaceFirst("/*$", "/" + NAME))
        .orElseGet(() -> Path.of(System.getProperty("java.io.tmpdir"), NAME).toUri().toString());
  }
}

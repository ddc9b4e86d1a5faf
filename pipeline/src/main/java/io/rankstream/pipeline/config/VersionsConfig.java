package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.JobOptions.*;

import java.io.Serializable;
import java.time.Duration;

/**
 * The publishing of models.
 *
 * @param directory directory of the model files; empty publishes none
 * @param everySteps steps between two versions; 0 counts no steps
 * @param every time between two versions; zero sets no time
 * @param keep newest files of a lineage that are kept; 0 keeps all
 */
public record VersionsConfig(String directory, long everySteps, Duration every, int keep)
    implements Serializable {

  static VersionsConfig read(SettingReader in) {
    return new VersionsConfig(
        in.read(VERSIONS_DIRECTORY),
        in.read(VERSIONS_EVERY_STEPS),
        in.read(VERSIONS_EVERY),
        in.read(VERSIONS_KEEP));
  }

  /** Whether models are published at all. */
  public boolean isOn() {
    return !directory.isEmpty();
  }
}

package io.rankstream.pipeline.config;

import static io.rankstream.pipeline.config.DriftOptions.DRIFT_ANCHORS;
import static io.rankstream.pipeline.config.DriftOptions.DRIFT_EVERY_STEPS;
import static io.rankstream.pipeline.config.DriftOptions.DRIFT_MAP;
import static io.rankstream.pipeline.config.ModelOptions.MODEL_EMBEDDING_DIMENSION;

import java.io.Serializable;

/**
 * The measurement of drift.
 *
 * @param anchors images of each stream that are kept to measure with; 0 measures nothing
 * @param everySteps training steps between two measured versions
 * @param map whether maps between versions are published
 */
public record DriftConfig(int anchors, long everySteps, boolean map) implements Serializable {

  /** A singular value decomposition of more would take minutes of a core. */
  private static final int LARGEST_MAP = 1_024;

  static DriftConfig read(SettingReader in) {
    return new DriftConfig(in.read(DRIFT_ANCHORS), in.read(DRIFT_EVERY_STEPS), in.read(DRIFT_MAP));
  }

  /** Whether drift is measured at all. */
  public boolean isOn() {
    return anchors > 0;
  }

  /** Notes the problems with other settings. */
  static void check(JobConfig config, SettingReader in) {
    if (!config.drift().map()) {
      return;
    }

    int dimension = config.model().architecture().embeddingDimension();
    if (!config.drift().isOn()) {
      in.problem(
          DRIFT_ANCHORS.violation("0", "above 0 where %s = true".formatted(DRIFT_MAP.key())));
    }
    if (!config.versions().isOn()) {
      in.problem(
          "Missing %s (%s = true publishes maps there)"
              .formatted(JobOptions.VERSIONS_DIRECTORY.key(), DRIFT_MAP.key()));
    }
    if (dimension > LARGEST_MAP) {
      in.problem(
          MODEL_EMBEDDING_DIMENSION.violation(
              Integer.toString(dimension),
              "at most %d where %s = true".formatted(LARGEST_MAP, DRIFT_MAP.key())));
    }
  }
}

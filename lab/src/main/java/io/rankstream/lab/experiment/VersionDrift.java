package io.rankstream.lab.experiment;

import io.rankstream.model.evaluation.EmbeddingDrift;

/**
 * Drift from one published version of a run to a later one, on unseen images.
 *
 * @param older training steps of the older version
 * @param newer training steps of the newer version
 * @param drift the drift
 */
record VersionDrift(long older, long newer, EmbeddingDrift drift) {

  /** Training steps from the older to the newer version. */
  long distance() {
    return newer - older;
  }
}

package io.rankstream.pipeline.drift;

import java.util.Optional;

/**
 * Decides when the embeddings of a stream have drifted so far that they should all be made again.
 * Drift then counts from the version that was measured, so it fires once for a base.
 *
 * @param threshold mean cosine shift since the base above which it fires; 0 for never
 */
record DriftTrigger(double threshold) {

  /**
   * Whether it fires.
   *
   * @param sinceBase drift of a version since the base; empty where it is not known
   */
  boolean fires(Optional<Comparison> sinceBase) {
    return threshold > 0
        && sinceBase.filter(each -> each.drift().cosineShift() > threshold).isPresent();
  }
}

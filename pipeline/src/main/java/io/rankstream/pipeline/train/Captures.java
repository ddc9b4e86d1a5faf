package io.rankstream.pipeline.train;

import io.rankstream.pipeline.publish.CapturedVersion;
import io.rankstream.pipeline.publish.CapturedWeights;
import java.util.Optional;

/**
 * What is captured of a model after a step.
 *
 * @param version to publish
 * @param forEmbedders to embed with
 */
record Captures(Optional<CapturedVersion> version, Optional<CapturedWeights> forEmbedders)
    implements AutoCloseable {

  static final Captures NONE = new Captures(Optional.empty(), Optional.empty());

  @Override
  public void close() {
    version.ifPresent(CapturedVersion::close);
    forEmbedders.ifPresent(CapturedWeights::close);
  }
}

package io.rankstream.pipeline.drift;

import io.rankstream.model.evaluation.EmbeddingDrift;
import io.rankstream.pipeline.publish.PublishedMap;
import java.util.Optional;

/**
 * A measured version against an older one.
 *
 * @param older the older version
 * @param anchors images that were compared
 * @param drift how far they moved
 * @param map the published map from the older version to the measured one
 */
record Comparison(
    MeasuredVersion older, int anchors, EmbeddingDrift drift, Optional<PublishedMap> map) {}

package io.rankstream.pipeline.drift;

import java.util.List;
import java.util.Optional;

/**
 * What was measured of a version.
 *
 * @param version the version
 * @param images the anchors, with what the next measurement compares with
 * @param newBase whether drift counts from this version from now on
 * @param asksForEpoch whether the embeddings have moved so far that all should be made again
 * @param sincePrevious against the version that was measured before; empty where that is the base,
 *     or where too few anchors are as old
 * @param sinceBase against the base; empty where too few anchors are as old
 */
record Measurement(
    MeasuredVersion version,
    List<AnchorImage> images,
    boolean newBase,
    boolean asksForEpoch,
    Optional<Comparison> sincePrevious,
    Optional<Comparison> sinceBase) {}

package io.rankstream.pipeline.drift;

/**
 * A version that embedded the anchors.
 *
 * @param space identifier of its embedding space
 * @param lineage timeline of the model
 * @param version training steps in the weights
 */
public record MeasuredVersion(String space, String lineage, long version) {}

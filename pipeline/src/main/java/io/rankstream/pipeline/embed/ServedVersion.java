package io.rankstream.pipeline.embed;

import io.rankstream.model.TwoHeadModel;

/**
 * A version that embeds.
 *
 * @param space identifier of its embedding space
 * @param lineage timeline of the model
 * @param version training steps in the weights
 * @param model the weights
 */
record ServedVersion(String space, String lineage, long version, TwoHeadModel model) {}

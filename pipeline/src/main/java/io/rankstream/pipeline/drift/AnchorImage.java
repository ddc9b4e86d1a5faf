package io.rankstream.pipeline.drift;

/**
 * An anchor on its way through a measurement.
 *
 * @param imageId identity of the image in its stream
 * @param anchor the image
 * @param embeddings what versions made of it
 */
record AnchorImage(String imageId, Anchor anchor, AnchorEmbeddings embeddings) {}

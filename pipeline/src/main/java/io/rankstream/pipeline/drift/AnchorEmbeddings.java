package io.rankstream.pipeline.drift;

/**
 * The embeddings of an anchor that the next measurement compares with. The arrays never change.
 *
 * @param base by the base version; null for an anchor that is younger
 * @param previous by the last measured version; null for an anchor that is younger
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record AnchorEmbeddings(float[] base, float[] previous) {

  static final AnchorEmbeddings NONE = new AnchorEmbeddings(null, null);
}

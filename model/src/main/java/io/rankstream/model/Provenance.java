package io.rankstream.model;

/**
 * Origin of a model.
 *
 * @param stream stream that it belongs to
 * @param spaceId identity of its embedding space
 * @param lineage its timeline; empty where the file does not name it
 * @param version training steps of its weights
 */
public record Provenance(String stream, String spaceId, String lineage, long version) {

  /** The origin of a model from its stream, the suffix of its space and its steps. */
  static Provenance of(String stream, String spaceIdSuffix, String lineage, long version) {
    return new Provenance(stream, spaceId(stream, spaceIdSuffix), lineage, version);
  }

  static String spaceId(String stream, String spaceIdSuffix) {
    return stream + "/" + spaceIdSuffix;
  }
}

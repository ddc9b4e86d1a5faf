package io.rankstream.pipeline.event;

/**
 * Tells the embedders of a version of a stream's model, and where its weights are.
 *
 * @param stream stream of the model
 * @param lineage timeline of the model
 * @param start identity of the start of the job that the lineage belongs to
 * @param version training steps in the weights
 * @param file the file with the weights, relative to the directory of the embedders' weights
 */
public record VersionPointer(
    String stream, String lineage, String start, long version, String file) {

  /** The same weights under the lineage of another start of the job. */
  public VersionPointer in(String otherLineage, String otherStart) {
    return new VersionPointer(stream, otherLineage, otherStart, version, file);
  }
}

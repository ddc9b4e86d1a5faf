/** Weights that embedded the images of a stream; an epoch has one version. */
record Version(String stream, String lineage, long number) {

  /** Stands for all versions of a stream whose job does not embed in epochs. */
  static Version anyOf(String stream) {
    return new Version(stream, "", 0);
  }

  /** Lineages sort by their birth; within one, versions grow. */
  boolean isNewerThan(Version other) {
    int order = lineage.compareTo(other.lineage);
    return order == 0 ? number > other.number : order > 0;
  }
}

package io.rankstream.pipeline.event;

import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.util.Comparator;

/**
 * The place of a version of a model among all versions of its stream: the one definition of
 * "newer". Lineages compare as text, since they sort by their birth; within one lineage the number
 * of training steps decides. The order holds across restarts, rollbacks to a savepoint, forks and
 * fresh starts.
 *
 * @param lineage the timeline of the model; empty sorts before all others
 * @param version training steps in the weights
 */
public record VersionRank(String lineage, long version) implements Comparable<VersionRank> {

  private static final Comparator<VersionRank> ORDER =
      Comparator.comparing(VersionRank::lineage).thenComparingLong(VersionRank::version);

  /** The rank of the weights that embedded an image. */
  public static VersionRank of(ImageEmbedding embedding) {
    return new VersionRank(embedding.getLineage(), embedding.getModelVersion());
  }

  /** The rank of a published version. */
  public static VersionRank of(ModelVersion version) {
    return new VersionRank(version.getLineage(), version.getModelVersion());
  }

  /** The rank of the weights after a step. */
  public static VersionRank of(TrainingMetrics metrics) {
    return new VersionRank(metrics.getLineage(), metrics.getStep());
  }

  /** Whether this is of newer weights than another, not of the same. */
  public boolean isNewerThan(VersionRank other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(VersionRank other) {
    return ORDER.compare(this, other);
  }
}

package io.rankstream.pipeline.tools.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankstream.pipeline.tools.Records;
import io.rankstream.schemas.EpochState;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class EpochPlacementTest {

  private final Collections store = new Collections();
  private final List<String> lines = new ArrayList<>();
  private final EpochPlacement placement = new EpochPlacement("images", store, lines::add);

  @Test
  void aJobThatStartsAnewStaysBehindTheAliasUntilItsFirstEpochIsComplete() throws Exception {
    placement.collectionOf(embedding("a", 0));
    placement.collectionOf(embedding("a", 40));
    assertThat(lines).as("another version of the model that serves").isEmpty();

    placement.collectionOf(embedding("b", 0));
    placement.collectionOf(embedding("b", 0));

    assertThat(store.pointed).isEqualTo("images-a-0");
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0)).contains("lineage begins, b.", "epoch open --stream default");

    placement.collectionOf(embedding("b", 60));
    placement.complete(mark("b", 60, "b", 0));

    assertThat(store.pointed).isEqualTo("images-b-60");
    assertThat(store.present).containsExactly("images-b-0", "images-b-60");
    assertThat(lines).hasSize(1);
  }

  @Test
  void aRunThatGoesOnKnowsTheLineagesOfTheOneBefore() throws Exception {
    placement.recall("images-a-0,images-b-0");

    placement.collectionOf(embedding("b", 60));

    assertThat(lines).isEmpty();
  }

  private static ImageEmbedding embedding(String lineage, long version) {
    ImageEmbedding embedding = Records.embedding(0, "cat", version, 1, 0);
    embedding.setLineage(lineage);
    return embedding;
  }

  private static ModelVersion mark(
      String lineage, long version, String previousLineage, long previous) {
    ModelVersion mark = Records.mark(version, 1, EpochState.COMPLETE);
    mark.setLineage(lineage);
    mark.getEpoch().setPreviousLineage(previousLineage);
    mark.getEpoch().setPreviousVersion(previous);
    return mark;
  }

  /** A store in memory. */
  private static final class Collections implements CollectionStore {

    private final Set<String> present = new TreeSet<>();
    private String pointed;

    @Override
    public void create(String collection, ImageEmbedding first) {
      present.add(collection);
    }

    @Override
    public void point(String alias, String collection) {
      pointed = collection;
    }

    @Override
    public void drop(String collection) {
      present.remove(collection);
    }
  }
}

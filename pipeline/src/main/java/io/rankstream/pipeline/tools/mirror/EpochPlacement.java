package io.rankstream.pipeline.tools.mirror;

import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Gives each version of a stream that embeds in epochs a collection of its own, under one alias. So
 * a search by the alias never meets two versions.
 */
public final class EpochPlacement implements Placement {

  private final String alias;
  private final CollectionStore store;
  private final Consumer<String> log;
  private final Set<String> present = new LinkedHashSet<>();

  /**
   * @param alias name that searches use
   * @param store where the collections are made
   * @param log called with a line when a model begins whose index is not whole before its first
   *     epoch
   */
  public EpochPlacement(String alias, CollectionStore store, Consumer<String> log) {
    this.alias = alias;
    this.store = store;
    this.log = log;
  }

  @Override
  public String collectionOf(ImageEmbedding embedding) throws IOException, InterruptedException {
    String collection = name(embedding.getLineage(), embedding.getModelVersion());
    if (!present.contains(collection)) {
      store.create(collection, embedding);
      if (present.isEmpty()) {
        store.point(alias, collection); // the version that the stream starts with
      } else if (isNewLineage(embedding)) {
        log.accept(
            "Stream %s: a new lineage begins, %s. Searches by %s stay with the version before, and miss what arrives from now on, until an epoch of the new one is complete: ./rankstream epoch open --stream %s"
                .formatted(
                    embedding.getStream(), embedding.getLineage(), alias, embedding.getStream()));
      }
      present.add(collection);
    }
    return collection;
  }

  @Override
  public Collection<String> collectionsOf(Optional<VersionRank> only) {
    Set<String> collections = new LinkedHashSet<>(present);
    only.ifPresent(each -> collections.retainAll(Set.of(name(each.lineage(), each.version()))));
    return collections;
  }

  /** Changes to the version of an epoch, whose embeddings are all in the store. */
  void complete(ModelVersion mark) throws IOException, InterruptedException {
    String collection = collectionOf(mark);
    if (!present.contains(collection)) {
      return; // the epoch had no image
    }

    store.point(alias, collection);
    // The one before stays until the next epoch: searches may be under way, and one can go back.
    String before =
        name(mark.getEpoch().getPreviousLineage(), mark.getEpoch().getPreviousVersion());
    for (String each : List.copyOf(present)) {
      if (!each.equals(collection) && !each.equals(before)) {
        drop(each);
      }
    }
  }

  /** Drops what was embedded for an epoch that was given up. */
  void abort(ModelVersion mark) throws IOException, InterruptedException {
    drop(collectionOf(mark));
  }

  /** The collections, for {@link #recall}. */
  String memory() {
    return String.join(",", present);
  }

  /** Takes over the collections of an earlier run. */
  void recall(String memory) {
    if (!memory.isEmpty()) {
      present.addAll(List.of(memory.split(",")));
    }
  }

  private boolean isNewLineage(ImageEmbedding embedding) {
    String collections = "%s-%s-".formatted(alias, embedding.getLineage());
    return present.stream().noneMatch(each -> each.startsWith(collections));
  }

  private void drop(String collection) throws IOException, InterruptedException {
    if (present.remove(collection)) {
      store.drop(collection);
    }
  }

  private String collectionOf(ModelVersion mark) {
    return name(mark.getLineage(), mark.getModelVersion());
  }

  private String name(String lineage, long version) {
    return "%s-%s-%d".formatted(alias, lineage, version);
  }
}

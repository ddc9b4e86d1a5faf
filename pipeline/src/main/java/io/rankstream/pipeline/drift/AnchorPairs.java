package io.rankstream.pipeline.drift;

import io.rankstream.model.evaluation.EmbeddingDrift;
import io.rankstream.model.evaluation.OrthogonalMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The embeddings of the anchors that two versions have in common, without those of classes of which
 * they have one: it would be a query without an answer.
 */
final class AnchorPairs {

  private final List<float[]> older = new ArrayList<>();
  private final List<float[]> newer = new ArrayList<>();
  private final List<Integer> classes = new ArrayList<>();

  /**
   * @param anchors the anchors
   * @param olderOf what the older version made of an anchor; null for an anchor that is younger
   * @param newer what the newer version made of them, in their order
   */
  AnchorPairs(
      List<AnchorImage> anchors, Function<AnchorEmbeddings, float[]> olderOf, List<float[]> newer) {
    Map<String, Integer> numbers = new HashMap<>();
    Map<String, Integer> sizes = new HashMap<>();
    for (AnchorImage each : anchors) {
      if (olderOf.apply(each.embeddings()) != null) {
        sizes.merge(each.anchor().label(), 1, Integer::sum);
      }
    }
    for (int i = 0; i < anchors.size(); i++) {
      float[] before = olderOf.apply(anchors.get(i).embeddings());
      String label = anchors.get(i).anchor().label();
      if (before != null && sizes.get(label) > 1) {
        older.add(before);
        this.newer.add(newer.get(i));
        classes.add(numbers.computeIfAbsent(label, name -> numbers.size()));
      }
    }
  }

  /** Anchors in the comparison: none or at least two. */
  int size() {
    return older.size();
  }

  /** The drift without the figures of a map; there is at least one pair. */
  EmbeddingDrift drift() {
    return EmbeddingDrift.withoutMap(older, newer, labels());
  }

  /** The drift; there is at least one pair. */
  EmbeddingDrift drift(OrthogonalMap map) {
    return EmbeddingDrift.between(older, newer, labels(), map);
  }

  /** The map from the older to the newer version; there is at least one pair. */
  OrthogonalMap map() {
    return OrthogonalMap.fit(older, newer);
  }

  private int[] labels() {
    return classes.stream().mapToInt(Integer::intValue).toArray();
  }
}

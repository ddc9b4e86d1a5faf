package io.rankstream.lab.chaos;

import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.ImageEmbedding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sees that the embeddings of an image never go back to an older version. */
final class VersionOrder {

  private final Map<RecordKey, VersionRank> newest = new HashMap<>();
  private final List<String> steppedBack = new ArrayList<>();

  /** Takes an embedding; those of an image come in the order of the topic. */
  void add(ImageEmbedding embedding) {
    RecordKey key = new RecordKey(embedding.getStream(), embedding.getImageId());
    VersionRank rank = VersionRank.of(embedding);
    VersionRank before = newest.put(key, rank);
    if (before != null && before.isNewerThan(rank)) {
      steppedBack.add("%s: %s after %s".formatted(key, rank, before));
    }
  }

  /** Images with the two versions. */
  List<String> steppedBack() {
    return steppedBack;
  }
}

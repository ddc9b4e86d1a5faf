package io.rankstream.pipeline.tools.watch;

import io.rankstream.pipeline.event.VersionRank;
import io.rankstream.schemas.ImageEmbedding;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A bounded sample of embedded images, with the same share for each class. An image stays while its
 * embedding is recent, so that its dot can be followed; an image with a newer embedding replaces
 * it.
 */
final class ImageSample {

  private static final int MAX_IMAGES = 2000;
  private static final int MAX_VALUES = 1 << 22; // 16 MB of embeddings
  private static final int RECENT_STEPS = 200;

  private final Map<String, Map<String, SampledImage>> byClass = new HashMap<>();
  private final Map<Integer, SampledImage> byKey = new HashMap<>();
  private String spaceId = "";
  private int nextKey;
  private long changes;

  void add(ImageEmbedding embedding) {
    if (!embedding.getSpaceId().equals(spaceId)) { // never compare embeddings of two spaces
      spaceId = embedding.getSpaceId();
      byClass.clear();
      byKey.clear();
    }

    String label = embedding.getLabel() == null ? "" : embedding.getLabel();
    int capacity = capacity(embedding);
    if (!byClass.containsKey(label)) {
      if (byClass.size() == capacity) {
        return;
      }
      byClass.put(label, new LinkedHashMap<>());
      byClass.values().forEach(images -> shrink(images, capacity / byClass.size()));
    }
    addTo(byClass.get(label), embedding, capacity / byClass.size());
  }

  /** Takes an image out; its label may have changed, so it may be in several classes. */
  void remove(String imageId) {
    for (Map<String, SampledImage> images : byClass.values()) {
      SampledImage removed = images.remove(imageId);
      if (removed != null) {
        byKey.remove(removed.key());
        changes++;
      }
    }
  }

  /** The images, in no particular order. */
  List<SampledImage> images() {
    return new ArrayList<>(byKey.values());
  }

  /** The image with a key; null when it is no longer in the sample. */
  SampledImage image(int key) {
    return byKey.get(key);
  }

  /** Number of changes so far. */
  long changes() {
    return changes;
  }

  private void addTo(Map<String, SampledImage> images, ImageEmbedding embedding, int most) {
    SampledImage before = images.get(embedding.getImageId());
    VersionRank rank = VersionRank.of(embedding);
    if (before != null && VersionRank.of(before.newest()).isNewerThan(rank)) {
      return; // from a timeline that was abandoned
    }
    SampledImage known = images.remove(embedding.getImageId()); // inserted again as the youngest
    if (known == null && images.size() >= most && !makeRoom(images, rank)) {
      return;
    }

    SampledImage image = SampledImage.of(known == null ? nextKey++ : known.key(), embedding);
    images.put(embedding.getImageId(), image);
    byKey.put(image.key(), image);
    changes++;
  }

  private boolean makeRoom(Map<String, SampledImage> images, VersionRank rank) {
    VersionRank oldest = VersionRank.of(images.values().iterator().next().newest());
    if (rank.lineage().equals(oldest.lineage())
        && rank.version() - oldest.version() < RECENT_STEPS) {
      return false;
    }

    shrink(images, images.size() - 1);
    return true;
  }

  private void shrink(Map<String, SampledImage> images, int most) {
    while (images.size() > most) {
      Map.Entry<String, SampledImage> oldest = images.entrySet().iterator().next();
      byKey.remove(oldest.getValue().key());
      images.remove(oldest.getKey());
    }
  }

  private static int capacity(ImageEmbedding embedding) {
    return Math.max(2, Math.min(MAX_IMAGES, MAX_VALUES / Math.max(1, embedding.getDimension())));
  }
}

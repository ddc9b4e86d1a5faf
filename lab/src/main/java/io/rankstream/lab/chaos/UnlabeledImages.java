package io.rankstream.lab.chaos;

import io.rankstream.lab.audit.SentBytes;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.LabeledImage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Counts the embeddings of images without label. Nothing trains on such an image, so it is embedded
 * once in a life and a timeline of the model, whatever its version is: a second embedding under
 * another version is a double, which a comparison by image and version cannot see.
 */
final class UnlabeledImages {

  private final Map<Lives.Life, Set<String>> pictures = new HashMap<>();
  private final Map<Lives.Life, Map<String, Integer>> embeddings = new HashMap<>();

  /** Notes an image of the input, whether or not it has a label. */
  void sent(Lives.Life life, LabeledImage image) {
    if (image.getLabel() == null) {
      pictures.computeIfAbsent(life, id -> new HashSet<>()).add(SentBytes.digest(image.getImage()));
    }
  }

  /** Notes an embedding, whether or not its image has a label. */
  void embedded(Lives.Life life, String timeline, ImageEmbedding embedding) {
    if (embedding.getLabel() == null) {
      embeddings.computeIfAbsent(life, id -> new HashMap<>()).merge(timeline, 1, Integer::sum);
    }
  }

  /** The images with more embeddings in a timeline than pictures of them were sent. */
  List<String> embeddedAgain() {
    return pictures.entrySet().stream()
        .filter(entry -> most(entry.getKey()) > entry.getValue().size())
        .map(entry -> entry.getKey().toString())
        .sorted()
        .toList();
  }

  private int most(Lives.Life life) {
    return embeddings.getOrDefault(life, Map.of()).values().stream()
        .mapToInt(Integer::intValue)
        .max()
        .orElse(0);
  }
}

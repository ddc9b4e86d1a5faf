package io.rankstream.pipeline.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds the key that somebody meant. */
final class NearestKey {

  private static final int SLIPS = 2;
  private static final int LETTERS_FOR_EACH_SLIP = 8;

  private NearestKey() {}

  /** The known key that takes the fewest changes, however many those are. */
  static String of(String key, Collection<String> known) {
    return known.stream()
        .min(Comparator.comparing((String each) -> distance(each, key)).thenComparing(each -> each))
        .orElseThrow();
  }

  /** The known key of which this one is a slip of the pen, or empty when it is another word. */
  static Optional<String> meant(String key, Collection<String> known) {
    String nearest = of(key, known);
    int slips = Math.max(SLIPS, key.length() / LETTERS_FOR_EACH_SLIP);
    return distance(nearest, key) <= slips ? Optional.of(nearest) : Optional.empty();
  }

  private static int distance(String known, String key) {
    return LevenshteinDistance.getDefaultInstance().apply(known, key);
  }
}

package io.rankstream.lab.audit;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares the keys that must come out, each once, with the keys that do. Not thread-safe.
 *
 * @param <K> what identifies a record, such as its {@link Origin} or an image id
 */
public final class Reconciliation<K> {

  private final Set<K> expected = new LinkedHashSet<>();
  private final Map<K, Integer> found = new LinkedHashMap<>();

  /** Notes a key that must come out; a key that is noted twice still must come out once. */
  public void expect(K key) {
    expected.add(key);
  }

  /**
   * Notes a key that came out.
   *
   * @return whether it came for the first time
   */
  public boolean find(K key) {
    return found.merge(key, 1, Integer::sum) == 1;
  }

  /** Whether a key came out at least once. */
  public boolean hasFound(K key) {
    return found.containsKey(key);
  }

  /** Number of distinct keys that must come out. */
  public int expectedKeys() {
    return expected.size();
  }

  /** Number of distinct keys that came out. */
  public int foundKeys() {
    return found.size();
  }

  /** Keys that must come out and did not. */
  public List<K> missing() {
    return expected.stream().filter(key -> !found.containsKey(key)).toList();
  }

  /** Keys that came out and should not have. */
  public List<K> unexpected() {
    return found.keySet().stream().filter(key -> !expected.contains(key)).toList();
  }

  /** Keys that came out more than once. */
  public List<K> repeated() {
    return found.entrySet().stream()
        .filter(entry -> entry.getValue() > 1)
        .map(Map.Entry::getKey)
        .toList();
  }
}

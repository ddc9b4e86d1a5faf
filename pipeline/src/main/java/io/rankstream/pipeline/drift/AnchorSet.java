package io.rankstream.pipeline.drift;

import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Decides which images of a stream are its anchors. It keeps those that it has, as far as it can:
 * only an anchor that stays can be compared over many versions.
 *
 * <ul>
 *   <li>A free place takes any image of the classes that are there.
 *   <li>Without a free place, a class takes one of the class with the most, until they differ by
 *       one; no class gives one of its last two.
 *   <li>There are at most half as many classes as places. A further one takes the place of a class
 *       that has a single anchor, which measures nothing: so labels that come once keep out no
 *       class that comes more often.
 * </ul>
 *
 * <p>The anchor that a class gives is the last one in an order that the seed decides on. So the set
 * depends on the order of the input and on the seed alone.
 */
final class AnchorSet {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L; // spreads neighbouring seeds

  private final int capacity;
  private final long seed;
  private final Comparator<String> order =
      Comparator.comparingLong(this::rank).thenComparing(Comparator.naturalOrder());
  private final Map<String, String> labels = new TreeMap<>(); // by image id
  private final Map<String, TreeSet<String>> classes = new TreeMap<>(); // ids by class
  private final TreeSet<String> singles = new TreeSet<>(order); // classes with one anchor

  /**
   * What became of an offer.
   *
   * @param taken whether the image is an anchor now
   * @param left the anchor that left for it
   */
  record Outcome(boolean taken, Optional<String> left) {}

  /**
   * @param capacity places
   * @param seed seed of the job
   */
  AnchorSet(int capacity, long seed) {
    this.capacity = capacity;
    this.seed = seed;
  }

  /** Ids of the anchors, in their order as text. */
  Set<String> ids() {
    return labels.keySet();
  }

  int size() {
    return labels.size();
  }

  int classes() {
    return classes.size();
  }

  boolean contains(String imageId) {
    return labels.containsKey(imageId);
  }

  /** Takes an image that is not an anchor, if there is a place for it. */
  Outcome offer(String imageId, String label) {
    boolean isNew = !classes.containsKey(label);
    boolean isOneTooMany = isNew && classes.size() >= capacity / 2;
    if (!isOneTooMany && size() < capacity) {
      add(imageId, label);
      return new Outcome(true, Optional.empty());
    }

    Optional<String> leaves =
        isOneTooMany ? single() : surplus(isNew ? 0 : classes.get(label).size());
    leaves.ifPresent(
        anchor -> {
          remove(anchor);
          add(imageId, label);
        });
    return new Outcome(leaves.isPresent(), leaves);
  }

  private void add(String imageId, String label) {
    labels.put(imageId, label);
    TreeSet<String> ofClass = classes.computeIfAbsent(label, name -> new TreeSet<>(order));
    ofClass.add(imageId);
    note(label, ofClass.size());
  }

  /** Takes an anchor out, if it is one. */
  void remove(String imageId) {
    String label = labels.remove(imageId);
    if (label != null) {
      TreeSet<String> ofClass = classes.get(label);
      ofClass.remove(imageId);
      note(label, ofClass.size());
      if (ofClass.isEmpty()) {
        classes.remove(label);
      }
    }
  }

  private void note(String label, int size) {
    if (size == 1) {
      singles.add(label);
    } else {
      singles.remove(label);
    }
  }

  /** The anchor of a class that has no other. */
  private Optional<String> single() {
    return singles.isEmpty() ? Optional.empty() : Optional.of(classes.get(singles.first()).first());
  }

  /** An anchor that the class with the most has more than a class with so many. */
  private Optional<String> surplus(int own) {
    TreeSet<String> fullest =
        classes.values().stream().max(Comparator.comparingInt(Set::size)).orElseThrow();
    return fullest.size() > 2 && own + 1 < fullest.size()
        ? Optional.of(fullest.last())
        : Optional.empty();
  }

  /** A number that depends on the seed and all of a name. */
  private long rank(String name) {
    long hash = seed;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * GOLDEN;
      hash ^= hash >>> 32;
    }

    return hash;
  }
}

package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.event.VersionPointer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Decides which version embeds, so that what one checkpoint commits for a stream carries one
 * version, whatever fails.
 *
 * <p>What the embedders are <em>told</em> is the same in all of them at a barrier, since broadcast
 * edges are aligned. At the barrier of a checkpoint each opens the adoption of what it was told,
 * and emits nothing until it knows whether the checkpoint completed: only then does the adopted
 * version count. If the checkpoint is aborted, the confirmed version goes on, since what was
 * emitted under it will be committed together with what follows.
 *
 * <p>A checkpoint stores what was told, never what is in use: of that alone all embedders know the
 * same.
 */
final class VersionFollower {

  private final Map<String, VersionPointer> told = new HashMap<>();
  private final TreeMap<Long, Map<String, VersionPointer>> open = new TreeMap<>();
  private Map<String, VersionPointer> confirmed;
  private long newestAborted;

  /**
   * @param restored versions in the restored state, by stream; empty at a first start
   */
  VersionFollower(Map<String, VersionPointer> restored) {
    told.putAll(restored);
    confirmed = Map.copyOf(restored);
  }

  /** Takes a pointer; those of a stream arrive in their order. */
  void tell(VersionPointer pointer) {
    told.put(pointer.stream(), pointer);
  }

  /** What a checkpoint stores, by stream. */
  Map<String, VersionPointer> told() {
    return Map.copyOf(told);
  }

  /**
   * Opens the adoption of what is told at the barrier of a checkpoint that commits; of one that was
   * aborted before its barrier came there will be no further word.
   */
  void open(long checkpoint) {
    if (checkpoint > newestAborted && (!told.equals(confirmed) || !open.isEmpty())) {
      open.put(checkpoint, Map.copyOf(told));
    }
  }

  /** Adopts at once: there are no checkpoints. */
  void adopt() {
    confirmed = Map.copyOf(told);
  }

  /** Whether nothing may be emitted, since it is not known which version counts. */
  boolean isUndecided() {
    return !open.isEmpty();
  }

  /** A checkpoint is complete: what was adopted at its barrier, or before, counts. */
  void completed(long checkpoint) {
    Map.Entry<Long, Map<String, VersionPointer>> newest = open.floorEntry(checkpoint);
    if (newest != null) {
      confirmed = newest.getValue();
      open.headMap(checkpoint, true).clear();
      open.values().removeIf(confirmed::equals);
    }
  }

  /** A checkpoint is aborted: what was adopted at its barrier, or before, does not count. */
  void aborted(long checkpoint) {
    newestAborted = Math.max(newestAborted, checkpoint);
    open.headMap(checkpoint, true).clear();
  }

  /** The version of a stream that embeds; null for the weights that the model starts with. */
  VersionPointer current(String stream) {
    return confirmed.get(stream);
  }

  /** All versions that may have to embed yet. */
  Set<VersionPointer> needed() {
    Set<VersionPointer> needed = new HashSet<>(confirmed.values());
    open.values().stream().map(Map::values).forEach(needed::addAll);
    return needed;
  }

  /** The versions that wait for the decision on a checkpoint. */
  Collection<VersionPointer> adopted() {
    return open.isEmpty() ? Set.of() : open.lastEntry().getValue().values();
  }
}

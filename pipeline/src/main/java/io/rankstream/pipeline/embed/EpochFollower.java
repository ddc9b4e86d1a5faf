package io.rankstream.pipeline.embed;

import io.rankstream.pipeline.event.EpochEvent;
import io.rankstream.pipeline.event.EpochEvent.Kind;
import io.rankstream.pipeline.event.VersionPointer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Knows which version serves a stream, and which epoch is open.
 *
 * <p>All embedders know the same at a barrier, since the edge of the events is broadcast and thus
 * aligned. An epoch ends at a barrier, so it ends for all embedders with one checkpoint or for
 * none: the images that were to be embedded again came before that barrier too.
 */
final class EpochFollower {

  private final Map<String, VersionPointer> serving;
  private final Map<String, EpochEvent> open;

  /**
   * @param serving versions in the restored state, by stream
   * @param open epochs that are open in it, by stream
   */
  EpochFollower(Map<String, VersionPointer> serving, Map<String, EpochEvent> open) {
    this.serving = new HashMap<>(serving);
    this.open = new HashMap<>(open);
  }

  /** Takes an event; those of a stream arrive in their order. */
  void take(EpochEvent event) {
    switch (event.kind()) {
      case BEGIN -> serving.put(event.stream(), event.weights());
      case OPEN, END -> open.put(event.stream(), event);
      case ABORT -> open.remove(event.stream());
    }
  }

  /** At a barrier: the epochs that end with it; their versions serve from now on. */
  List<EpochEvent> complete() {
    List<EpochEvent> ended = new ArrayList<>();
    for (EpochEvent each : List.copyOf(open.values())) {
      if (each.kind() == Kind.END) {
        open.remove(each.stream());
        serving.put(each.stream(), each.weights());
        ended.add(each);
      }
    }
    return ended;
  }

  /** The version that serves a stream; null for the weights that the model starts with. */
  VersionPointer serving(String stream) {
    return serving.get(stream);
  }

  /** The open epoch of a stream; null for none. */
  EpochEvent open(String stream) {
    return open.get(stream);
  }

  /** Whether an epoch is open. */
  boolean isOpen(String stream, long number) {
    return open.containsKey(stream) && open.get(stream).number() == number;
  }

  /** What a checkpoint stores of the versions that serve, by stream. */
  Map<String, VersionPointer> serving() {
    return Map.copyOf(serving);
  }

  /** What a checkpoint stores of the open epochs, by stream. */
  Map<String, EpochEvent> open() {
    return Map.copyOf(open);
  }

  /** All versions that embed. */
  Set<VersionPointer> needed() {
    Set<VersionPointer> needed = new HashSet<>(serving.values());
    open.values().forEach(each -> needed.add(each.weights()));
    return needed;
  }
}

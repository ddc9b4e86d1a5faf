package io.rankstream.pipeline.tools.redrive;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What became of the letters that were read, by reason. */
public final class RedriveTally {

  /** What became of a letter. */
  public enum Fate {
    /** Its record was sent and committed; of a dry run, it would be. */
    SENT,
    /** An earlier redrive of the group sent it. */
    SENT_BEFORE,
    /** It is not one of those that were asked for. */
    NOT_SELECTED,
    /** It has only the place of its record, and the record is no longer there. */
    RECORD_GONE,
    /** The topic does not accept a record of this size. */
    TOO_LARGE
  }

  private final Map<String, Map<Fate, Long>> fates = new TreeMap<>();
  private final Map<String, Long> returned = new TreeMap<>();
  private long unreadable;

  void add(String reason, Fate fate) {
    fates.computeIfAbsent(reason, each -> new EnumMap<>(Fate.class)).merge(fate, 1L, Long::sum);
  }

  /** Counts a record that is sent, and that had come back from the dead letters before. */
  void addReturned(String reason) {
    returned.merge(reason, 1L, Long::sum);
  }

  void addUnreadable() {
    unreadable++;
  }

  /** Letters with a reason and a fate. */
  public long of(String reason, Fate fate) {
    return fates.getOrDefault(reason, Map.of()).getOrDefault(fate, 0L);
  }

  /** Letters with a fate. */
  public long of(Fate fate) {
    return fates.keySet().stream().mapToLong(reason -> of(reason, fate)).sum();
  }

  /** Records among those sent that had come back from the dead letters before, by reason. */
  public long returned(String reason) {
    return returned.getOrDefault(reason, 0L);
  }

  /** The reasons of all letters that were read, in alphabetical order. */
  public Iterable<String> reasons() {
    return fates.keySet();
  }

  /** Records of the topic that are no dead letters. */
  public long unreadable() {
    return unreadable;
  }
}

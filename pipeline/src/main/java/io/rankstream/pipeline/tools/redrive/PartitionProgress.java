package io.rankstream.pipeline.tools.redrive;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which letters with one reason in one partition were sent: all before an offset, but for some
 * ranges that other selections passed over. It is kept in the offset of a consumer group and the
 * text beside it, so that offsets and records are committed in one transaction.
 *
 * <p>Letters must be given in the order of their offsets.
 */
final class PartitionProgress {

  /** The broker's default for {@code offset.metadata.max.bytes} is 4,096. */
  static final int MAX_TEXT_LENGTH = 4000;

  private final NavigableMap<Long, Long> open; // first offset of a range and the one after its last
  private long next;
  private long scanned;

  private PartitionProgress(long next, NavigableMap<Long, Long> open) {
    this.next = next;
    this.open = open;
  }

  /** Of a partition from which nothing was sent. */
  static PartitionProgress none() {
    return new PartitionProgress(0, new TreeMap<>());
  }

  /**
   * Reads what {@link #next} and {@link #text} gave.
   *
   * @throws IllegalArgumentException when the text is something else
   */
  static PartitionProgress parse(long next, String text) {
    NavigableMap<Long, Long> open = new TreeMap<>();
    if (!text.isEmpty()) {
      for (String range : text.split(",", -1)) {
        String[] ends = range.split("-", 2);
        if (ends.length != 2) {
          throw new IllegalArgumentException("Not a range: " + range);
        }
        open.put(Long.parseLong(ends[0]), Long.parseLong(ends[1]) + 1);
      }
    }

    return new PartitionProgress(next, open);
  }

  /** The first offset at which a letter may stand that was not sent. */
  long firstOpen() {
    return open.isEmpty() ? next : Math.min(next, open.firstKey());
  }

  /**
   * Says where the reading starts.
   *
   * @param first the first record that the partition still has, or a later one
   */
  void startAt(long first) {
    scanned = first;
    next = Math.max(next, first);
    if (first > 0) {
      remove(0, first); // what retention deleted
    }
  }

  /** Whether the letter at an offset was sent. */
  boolean isSent(long offset) {
    Map.Entry<Long, Long> range = open.floorEntry(offset);
    return offset < next && (range == null || range.getValue() <= offset);
  }

  /** The letter at an offset was read. Returns where the one before it, with this reason, ended. */
  long read(long offset) {
    long from = scanned;
    scanned = offset + 1;
    return from;
  }

  /** The letter at an offset is not sent now. */
  void passOver(long offset) {
    if (offset >= next) {
      Map.Entry<Long, Long> last = open.lastEntry();
      boolean adjoins = last != null && last.getValue() == next;
      open.put(adjoins ? last.getKey() : next, offset + 1);
      next = offset + 1;
    }
  }

  /**
   * The letter at an offset is sent.
   *
   * @param from what {@link #read} gave for it: there is no letter with this reason in between
   */
  void send(long from, long offset) {
    remove(from, offset + 1);
    next = Math.max(next, offset + 1);
  }

  /** The offset before which all letters were sent, but for those in {@link #text}. */
  long next() {
    return next;
  }

  /** The ranges that were not sent, such as {@code 3-17,40-40}. */
  String text() {
    return open.entrySet().stream()
        .map(range -> range.getKey() + "-" + (range.getValue() - 1))
        .collect(Collectors.joining(","));
  }

  private void remove(long from, long to) {
    Map.Entry<Long, Long> range = open.lowerEntry(to);
    while (range != null && range.getValue() > from) {
      open.remove(range.getKey());
      if (range.getKey() < from) {
        open.put(range.getKey(), from);
      }
      if (range.getValue() > to) {
        open.put(to, range.getValue());
      }
      range = open.lowerEntry(to);
    }
  }
}

package io.rankstream.pipeline.tools.watch;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * How far the input is done, by the places of the images that came out as embeddings or as dead
 * letters. In bounded memory; not thread-safe.
 */
final class InputProgress {

  /** Records of each partition over which the share of the dead letters is taken. */
  static final int WINDOW = 1000;

  private static final int MAX_PARTITIONS = 1000;

  private static final class Partition {
    private long first = Long.MAX_VALUE;
    private long next;
    private final NavigableMap<Long, String> rejected = new TreeMap<>(); // reasons by offset

    private void add(long offset) {
      first = Math.min(first, offset);
      next = Math.max(next, offset + 1);
      rejected.headMap(next - WINDOW).clear();
    }
  }

  private final Map<TopicPartition, Partition> partitions = new HashMap<>();

  /** Adds an image that was embedded. */
  void embedded(TopicPartition name, long offset) {
    Partition partition = partition(name);
    if (partition != null) {
      partition.add(offset);
    }
  }

  /**
   * Adds a record that became a dead letter; the same record counts once, for its last reason.
   *
   * @param reason one of few texts, since each is kept
   */
  void rejected(TopicPartition name, long offset, String reason) {
    Partition partition = partition(name);
    if (partition != null) {
      partition.add(offset);
      if (offset >= partition.next - WINDOW) {
        partition.rejected.put(offset, reason);
      }
    }
  }

  /** For each partition, the offset after the last record that is done. */
  Map<TopicPartition, Long> next() {
    Map<TopicPartition, Long> next = new HashMap<>();
    partitions.forEach((name, partition) -> next.put(name, partition.next));
    return next;
  }

  /** Share of the dead letters in the last records of the input; null before the first one. */
  Double rejectedShare() {
    long records = lastRecords();
    long rejected = partitions.values().stream().mapToLong(each -> each.rejected.size()).sum();
    return records == 0 ? null : (double) rejected / records;
  }

  /** The same by reason, for each one that occurs in the last records. */
  Map<String, Double> rejectedShares() {
    Map<String, Double> shares = new TreeMap<>();
    for (Partition partition : partitions.values()) {
      partition.rejected.values().forEach(reason -> shares.merge(reason, 1.0, Double::sum));
    }
    long records = lastRecords();
    shares.replaceAll((reason, rejected) -> rejected / records);
    return shares;
  }

  private long lastRecords() {
    return partitions.values().stream()
        .mapToLong(each -> Math.min(WINDOW, each.next - each.first))
        .sum();
  }

  private Partition partition(TopicPartition name) {
    if (partitions.size() < MAX_PARTITIONS) {
      partitions.computeIfAbsent(name, key -> new Partition());
    }
    return partitions.get(name);
  }
}

package io.rankstream.pipeline.tools.watch;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/**
 * How far the input is done, by the places of the images that came out as embeddings or as dead
 * letters. In bounded memory; not thread-safe.
 */
final class InputProgress {

  /** Records of each partition over which the share of the dead letters is taken. */
  static final int WINDOW = 1000;

  private static final int MAX_PARTITIONS = 1000;

  private static final class Place {
    private long first = Long.MAX_VALUE;
    private long next;
    private final NavigableSet<Long> rejected = new TreeSet<>();

    private void add(long offset) {
      first = Math.min(first, offset);
      next = Math.max(next, offset + 1);
      rejected.headSet(next - WINDOW).clear();
    }
  }

  private final Map<TopicPartition, Place> places = new HashMap<>();

  /** Adds an image that was embedded. */
  void embedded(TopicPartition partition, long offset) {
    Place place = place(partition);
    if (place != null) {
      place.add(offset);
    }
  }

  /** Adds a record that became a dead letter; the same record counts once. */
  void rejected(TopicPartition partition, long offset) {
    Place place = place(partition);
    if (place != null) {
      place.add(offset);
      if (offset >= place.next - WINDOW) {
        place.rejected.add(offset);
      }
    }
  }

  /** For each partition, the offset after the last record that is done. */
  Map<TopicPartition, Long> next() {
    Map<TopicPartition, Long> next = new HashMap<>();
    places.forEach((partition, place) -> next.put(partition, place.next));
    return next;
  }

  /** Share of the dead letters in the last records of the input; null before the first one. */
  Double rejectedShare() {
    long rejected = 0;
    long records = 0;
    for (Place place : places.values()) {
      rejected += place.rejected.size();
      records += Math.min(WINDOW, place.next - place.first);
    }
    return records == 0 ? null : (double) rejected / records;
  }

  private Place place(TopicPartition partition) {
    if (places.size() < MAX_PARTITIONS) {
      places.computeIfAbsent(partition, key -> new Place());
    }
    return places.get(partition);
  }
}

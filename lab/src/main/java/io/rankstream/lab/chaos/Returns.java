package io.rankstream.lab.chaos;

import io.rankstream.lab.audit.Origin;
import io.rankstream.lab.audit.SentBytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The records that must come back to the input from their dead letters, each once, with their key
 * and value. Records may be equal: then as many must come back. The records of a partition are
 * given in their order.
 */
final class Returns {

  private final Map<SentBytes, Deque<Origin>> outstanding = new HashMap<>();
  private final Map<SentBytes, Integer> excused = new HashMap<>();
  private final List<Origin> repeated = new ArrayList<>();

  /** Takes a record that must come back. */
  void expected(ConsumerRecord<byte[], byte[]> record) {
    outstanding.computeIfAbsent(bytes(record), none -> new ArrayDeque<>()).add(Origin.of(record));
  }

  /** Takes a record that came back. It stands behind the record that it was. */
  void found(ConsumerRecord<byte[], byte[]> record) {
    Deque<Origin> equal = outstanding.get(bytes(record));
    if (equal == null || equal.poll() == null) {
      repeated.add(Origin.of(record));
    }
  }

  /** Takes a record that cannot come back, since it is gone and its letter has not all of it. */
  void excuse(SentBytes record) {
    excused.merge(record.withoutHeaders(), 1, Integer::sum);
  }

  /** Records that did not come back. */
  List<Origin> lost() {
    List<Origin> lost = new ArrayList<>();
    outstanding.forEach(
        (bytes, origins) ->
            origins.stream().skip(excused.getOrDefault(bytes, 0)).forEach(lost::add));
    return lost;
  }

  /** Records that came back and were no more to come. */
  List<Origin> repeated() {
    return repeated;
  }

  private static SentBytes bytes(ConsumerRecord<byte[], byte[]> record) {
    return SentBytes.of(record).withoutHeaders();
  }
}

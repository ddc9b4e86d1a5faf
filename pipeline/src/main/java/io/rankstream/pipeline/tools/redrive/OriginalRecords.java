package io.rankstream.pipeline.tools.redrive;

import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.schemas.DeadLetter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Finds the record of a letter: in the letter, or at its place in the source topic when the letter
 * does not have the whole of it.
 */
final class OriginalRecords implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final int RECORDS_AT_ONCE = 100;

  /** Records that were read from a partition, up to an offset. */
  private record Stretch(NavigableMap<Long, OriginalRecord> records, long end) {

    boolean covers(long offset) {
      return !records.isEmpty() && offset >= records.firstKey() && offset < end;
    }
  }

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Map<String, Integer> partitions = new HashMap<>();
  private final Map<TopicPartition, Stretch> read = new HashMap<>();

  /**
   * @param clients Kafka client settings
   */
  OriginalRecords(Properties clients) {
    Properties settings = ClientSettings.committedReader(clients);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Integer.toString(RECORDS_AT_ONCE));
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** The record of a letter, or empty when it is no longer there. */
  Optional<OriginalRecord> find(DeadLetter letter) {
    boolean isThere = letter.getSourcePartition() < partitions(letter.getSourceTopic());
    if (letter.getComplete()) {
      return Optional.of(OriginalRecord.in(letter, isThere ? letter.getSourcePartition() : null));
    }

    return isThere ? inTopic(letter) : Optional.empty();
  }

  /** Number of the partitions of a topic; 0 when there is no such topic. */
  int partitions(String topic) {
    return partitions.computeIfAbsent(topic, each -> consumer.partitionsFor(each).size());
  }

  @Override
  public void close() {
    consumer.close();
  }

  private Optional<OriginalRecord> inTopic(DeadLetter letter) {
    TopicPartition place = new TopicPartition(letter.getSourceTopic(), letter.getSourcePartition());
    long offset = letter.getSourceOffset();
    Stretch stretch = read.get(place);
    if (stretch == null || !stretch.covers(offset)) {
      stretch = read(place, offset);
      read.put(place, stretch);
    }
    return Optional.ofNullable(stretch.records().get(offset));
  }

  /** Reads on from an offset. Nothing is there when retention or compaction removed it. */
  private Stretch read(TopicPartition place, long offset) {
    NavigableMap<Long, OriginalRecord> records = new TreeMap<>();
    consumer.assign(List.of(place));
    long first = consumer.beginningOffsets(List.of(place)).get(place);
    long end = consumer.endOffsets(List.of(place)).get(place);
    if (offset < first || offset >= end) {
      return new Stretch(records, offset);
    }

    consumer.seek(place, offset);
    while (records.isEmpty() && consumer.position(place) < end) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        records.put(record.offset(), OriginalRecord.of(record));
      }
    }
    return new Stretch(records, consumer.position(place));
  }
}

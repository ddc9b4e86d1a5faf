package io.rankstream.pipeline.tools.tail;

import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.pipeline.kafka.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads committed records of a topic, without a consumer group: it leaves no trace on the broker.
 */
public final class TopicTail {

  private static final Duration POLL = Duration.ofMillis(200);

  private final Properties settings;

  /**
   * @param clients Kafka client settings
   */
  public TopicTail(Properties clients) {
    settings = ClientSettings.committedReader(clients);
  }

  /**
   * Reads until the end of the topic, or until the reader stops it.
   *
   * @param topic topic to read
   * @param fromBeginning whether to start at the first record instead of the end of the topic
   * @param follow whether to wait for more at the end of the topic; asked before each poll
   * @param reader called with each record; stops by returning false
   * @throws org.apache.kafka.common.errors.UnknownTopicOrPartitionException when there is no such
   *     topic
   */
  public void read(
      String topic,
      boolean fromBeginning,
      BooleanSupplier follow,
      Predicate<ConsumerRecord<byte[], byte[]>> reader) {
    read(topic, fromBeginning ? Long.MAX_VALUE : 0, follow, reader);
  }

  /**
   * Reads until the end of the topic, or until the reader stops it.
   *
   * @param topic topic to read
   * @param last number of records before the end of each partition to start at
   * @param follow whether to wait for more at the end of the topic; asked before each poll
   * @param reader called with each record; stops by returning false
   */
  public void read(
      String topic,
      long last,
      BooleanSupplier follow,
      Predicate<ConsumerRecord<byte[], byte[]>> reader) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions = Topics.partitions(consumer, topic);
      consumer.assign(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      consumer
          .beginningOffsets(partitions)
          .forEach((each, first) -> consumer.seek(each, Math.max(first, ends.get(each) - last)));
      while (follow.getAsBoolean() || Topics.isBefore(consumer, ends)) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (!reader.test(record)) {
            return;
          }
        }
      }
    }
  }
}

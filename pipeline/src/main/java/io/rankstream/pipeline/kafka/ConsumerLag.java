package io.rankstream.pipeline.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Whether a consumer group has committed that it has read the records of a topic. The offsets alone
 * do not say so: behind the last record of a transaction stands its end, to which no reader
 * commits.
 */
public final class ConsumerLag implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String topic;
  private final String group;

  /**
   * @param clients Kafka client settings
   * @param topic topic that the group reads
   * @param group name of the group
   */
  public ConsumerLag(Properties clients, String topic, String group) {
    this.admin = Admin.create(ClientSettings.admin(clients));
    Properties reader = ClientSettings.committedReader(clients);
    // Behind what retention has deleted, reading goes on with the first record that is there.
    reader.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    this.consumer =
        new KafkaConsumer<>(reader, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.topic = topic;
    this.group = group;
  }

  /** The present ends of the partitions, up to the last committed transaction. */
  public Map<TopicPartition, Long> ends() {
    return consumer.endOffsets(Topics.partitions(consumer, topic));
  }

  /** Whether no committed record of the topic is behind the offsets of the group. */
  public boolean isNone() throws ExecutionException, InterruptedException {
    return hasRead(ends());
  }

  /**
   * Whether no committed record is between the offsets of the group and some ends.
   *
   * @param ends an offset for each partition, itself not included
   */
  public boolean hasRead(Map<TopicPartition, Long> ends)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, Long> behind = new HashMap<>(ends);
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    behind.entrySet().removeIf(end -> offset(committed.get(end.getKey())) >= end.getValue());
    consumer.assign(behind.keySet());
    behind.keySet().forEach(each -> consumer.seek(each, offset(committed.get(each))));
    while (Topics.isBefore(consumer, behind)) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        if (record.offset() < behind.get(new TopicPartition(topic, record.partition()))) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public void close() {
    // Neither has anything to say to a broker, which may be away.
    admin.close(Duration.ZERO);
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }

  private static long offset(OffsetAndMetadata committed) {
    return committed == null ? 0 : committed.offset();
  }
}

package io.rankstream.lab.local;

import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.pipeline.kafka.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Whether a job has committed, with a checkpoint, that it has read all records of its input. The
 * offsets alone do not say so: behind the last record of a transaction stands its end, to which no
 * reader commits.
 */
public final class ConsumerLag implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final String topic;
  private final String group;

  /**
   * @param clients Kafka client settings
   * @param topic input of the job
   * @param group consumer group of the job
   */
  public ConsumerLag(Properties clients, String topic, String group) {
    this.admin = Admin.create(ClientSettings.admin(clients));
    this.consumer =
        new KafkaConsumer<>(
            ClientSettings.committedReader(clients),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    this.topic = topic;
    this.group = group;
  }

  /** Whether no committed record of the input is behind the offsets of the group. */
  public boolean isNone() throws ExecutionException, InterruptedException {
    List<TopicPartition> partitions = Topics.partitions(consumer, topic);
    Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    ends.entrySet().removeIf(end -> offset(committed.get(end.getKey())) >= end.getValue());
    consumer.assign(ends.keySet());
    ends.keySet().forEach(each -> consumer.seek(each, offset(committed.get(each))));
    while (Topics.isBefore(consumer, ends)) {
      if (!consumer.poll(POLL).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    admin.close();
    consumer.close();
  }

  private static long offset(OffsetAndMetadata committed) {
    return committed == null ? 0 : committed.offset();
  }
}

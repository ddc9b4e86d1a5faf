package io.rankstream.pipeline.connect;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a job without state starts: at the offsets that its group committed, and at the first
 * record of partitions where it committed none. At any later time there is no such choice: the
 * consumer fails when a record that it wants is gone. The connector's own initializer has one
 * answer for both, and would skip the records.
 */
@SuppressWarnings("deprecation") // the connector still asks for the class that Kafka 4 deprecates
public final class CommittedOrEarliest implements OffsetsInitializer {

  private static final long serialVersionUID = 1L;

  @Override
  public Map<TopicPartition, Long> getPartitionOffsets(
      Collection<TopicPartition> partitions, PartitionOffsetsRetriever kafka) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    partitions.forEach(partition -> offsets.put(partition, KafkaPartitionSplit.EARLIEST_OFFSET));
    offsets.putAll(kafka.committedOffsets(partitions));
    return offsets;
  }

  @Override
  public OffsetResetStrategy getAutoOffsetResetStrategy() {
    return OffsetResetStrategy.NONE;
  }
}

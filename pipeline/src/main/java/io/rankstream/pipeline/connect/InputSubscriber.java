package io.rankstream.pipeline.connect;

import io.rankstream.pipeline.kafka.KafkaFailure;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetIdentifierProvider;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Finds the partitions of the input topic, at the start and again and again. An outage of Kafka
 * lengthens it; the connector's own subscriber fails the whole job.
 */
public final class InputSubscriber implements KafkaSubscriber, KafkaDatasetIdentifierProvider {

  private static final long serialVersionUID = 1L;

  private final String topic;

  /**
   * @param topic the input topic
   */
  public InputSubscriber(String topic) {
    this.topic = topic;
  }

  @Override
  public Set<TopicPartition> getSubscribedTopicPartitions(AdminClient admin) {
    return describe(admin).partitions().stream()
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .collect(Collectors.toSet());
  }

  private TopicDescription describe(AdminClient admin) {
    try {
      return PatientAdmin.ask(
              "is to tell the partitions of " + topic,
              () -> admin.describeTopics(List.of(topic)).allTopicNames())
          .get(topic);
    } catch (ExecutionException e) {
      throw new FlinkRuntimeException(
          e.getCause() instanceof UnknownTopicOrPartitionException
              ? "The input topic %s does not exist any more: see that the topic comes back with its records"
                  .formatted(topic)
              : "The input topic %s: %s".formatted(topic, KafkaFailure.sentence(e)));
    }
  }

  @Override
  public Optional<DefaultKafkaDatasetIdentifier> getDatasetIdentifier() {
    return Optional.of(DefaultKafkaDatasetIdentifier.ofTopics(List.of(topic)));
  }
}

package io.rankstream.pipeline.connect;

import io.rankstream.pipeline.config.OnMissingOffsets;
import io.rankstream.pipeline.kafka.KafkaFailure;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetIdentifierProvider;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.FlinkException;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the partitions of the input topic, at the start and again and again. An outage of Kafka
 * lengthens it; the connector's own subscriber fails the whole job.
 */
public final class InputSubscriber implements KafkaSubscriber, KafkaDatasetIdentifierProvider {

  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(InputSubscriber.class);

  private final String topic;
  private final OnMissingOffsets onMissing;

  /** Kafka's id of the topic, which a topic of the same name that is made anew does not have. */
  private transient volatile String id;

  /**
   * @param topic the input topic
   * @param onMissing what happens when the topic is another one than before
   */
  public InputSubscriber(String topic, OnMissingOffsets onMissing) {
    this.topic = topic;
    this.onMissing = onMissing;
  }

  /**
   * Sets the id that the topic must have.
   *
   * @param known an id, or empty for that which the topic has when it is first seen
   */
  void expect(String known) {
    id = known;
  }

  /** The id of the topic, or empty as long as the topic was not seen. */
  String id() {
    return id == null ? "" : id;
  }

  /**
   * The partitions of the topic.
   *
   * @throws SuppressRestartsException when the topic is another one than before
   */
  @Override
  public Set<TopicPartition> getSubscribedTopicPartitions(AdminClient admin) {
    TopicDescription description = describe(admin);
    String found = description.topicId().toString();
    boolean isAnother = !id().isEmpty() && !id().equals(found);
    if (isAnother && onMissing == OnMissingOffsets.SKIP) {
      LOG.warn(
          "The input topic {} is another one than before (its id was {} and is {}). The job reads on at the offsets of its state, since input.on-missing-offsets = skip",
          topic,
          id(),
          found);
    } else if (isAnother) {
      throw new SuppressRestartsException(
          new FlinkException(
              "The input topic %s was deleted and made anew (its id was %s and is %s), so the offsets of the job mean nothing in it: bring the old topic back, or export the model and start without the checkpoint, with model.weights. If it is a copy with the same offsets, set input.on-missing-offsets = skip"
                  .formatted(topic, id(), found)));
    }
    id = found;
    return description.partitions().stream()
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

package io.rankstream.lab.local;

import io.rankstream.pipeline.kafka.ClientSettings;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The lag of a job: records of its input that no checkpoint has committed as read. Zero means that
 * the job has taken all of its input.
 */
public final class ConsumerLag implements AutoCloseable {

  private final Admin admin;
  private final String topic;
  private final String group;

  /**
   * @param clients Kafka client settings
   * @param topic input of the job
   * @param group consumer group of the job
   */
  public ConsumerLag(Properties clients, String topic, String group) {
    this.admin = Admin.create(ClientSettings.admin(clients));
    this.topic = topic;
    this.group = group;
  }

  /** Records between the committed offsets and the ends of all partitions. */
  public long records() throws ExecutionException, InterruptedException {
    Map<TopicPartition, ListOffsetsResultInfo> ends = ends();
    Map<TopicPartition, OffsetAndMetadata> committed =
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    return ends.entrySet().stream()
        .mapToLong(end -> end.getValue().offset() - offset(committed.get(end.getKey())))
        .sum();
  }

  @Override
  public void close() {
    admin.close();
  }

  private Map<TopicPartition, ListOffsetsResultInfo> ends()
      throws ExecutionException, InterruptedException {
    TopicDescription input = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
    Map<TopicPartition, OffsetSpec> latest =
        input.partitions().stream()
            .collect(
                Collectors.toMap(
                    info -> new TopicPartition(topic, info.partition()),
                    info -> OffsetSpec.latest()));
    return admin.listOffsets(latest).all().get();
  }

  private static long offset(OffsetAndMetadata committed) {
    return committed == null ? 0 : committed.offset();
  }
}

package io.rankstream.pipeline.tools.redrive;

import io.rankstream.pipeline.config.UsageException;
import io.rankstream.pipeline.kafka.ClientSettings;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * The consumer groups that remember which letters were sent: one for each reason, so that a redrive
 * of one reason says nothing about the others.
 */
final class RedriveGroups {

  private final String name;
  private final Map<String, Map<TopicPartition, PartitionProgress>> progress = new HashMap<>();

  /**
   * Reads what earlier redrives sent.
   *
   * @param clients Kafka client settings
   * @param name what the names of the groups begin with
   * @throws UsageException when something else uses such a group
   */
  RedriveGroups(
      Properties clients,
      String name,
      Collection<String> reasons,
      Collection<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    this.name = name;
    try (Admin admin = Admin.create(ClientSettings.admin(clients))) {
      for (String reason : reasons) {
        Map<TopicPartition, OffsetAndMetadata> committed = committed(admin, group(reason));
        Map<TopicPartition, PartitionProgress> ofReason = new HashMap<>();
        partitions.forEach(each -> ofReason.put(each, parse(reason, committed.get(each))));
        progress.put(reason, ofReason);
      }
    }
  }

  /** The group of a reason. */
  String group(String reason) {
    return name + "." + reason;
  }

  PartitionProgress of(String reason, TopicPartition partition) {
    return progress.get(reason).get(partition);
  }

  /**
   * Says where the reading of a partition starts.
   *
   * @param first the first offset that the partition still has
   * @return the first offset that any of the groups has not done
   */
  long startAt(TopicPartition partition, long first) {
    long open =
        progress.values().stream()
            .mapToLong(each -> each.get(partition).firstOpen())
            .min()
            .orElse(first);
    long start = Math.max(first, open);
    progress.values().forEach(each -> each.get(partition).startAt(start));
    return start;
  }

  /**
   * What to commit for a partition.
   *
   * @throws UsageException when it is more than a consumer group can hold
   */
  OffsetAndMetadata offset(String reason, TopicPartition partition) {
    PartitionProgress of = of(reason, partition);
    String text = of.text();
    if (text.length() > PartitionProgress.MAX_TEXT_LENGTH) {
      throw new UsageException(
          "The letters %s in partition %d that these filters leave out are too scattered to be remembered: give this selection groups of its own with --group NAME"
              .formatted(reason, partition.partition()));
    }

    return new OffsetAndMetadata(of.next(), text);
  }

  private PartitionProgress parse(String reason, OffsetAndMetadata committed) {
    if (committed == null) {
      return PartitionProgress.none();
    }

    try {
      return PartitionProgress.parse(committed.offset(), committed.metadata());
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "The consumer group %s belongs to another program: choose other names with --group NAME"
              .formatted(group(reason)),
          e);
    }
  }

  private static Map<TopicPartition, OffsetAndMetadata> committed(Admin admin, String group)
      throws ExecutionException, InterruptedException {
    try {
      return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof GroupIdNotFoundException) {
        return Map.of();
      }
      throw e;
    }
  }
}

package io.rankstream.pipeline.kafka;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates the topics of a job, and lists the partitions of a topic. */
public final class Topics {

  /** Largest image record that Rankstream's topics and producers accept, in bytes. */
  public static final int MAX_RECORD_BYTES = 8 << 20;

  private static final short BROKER_DEFAULT = -1;
  private static final String IMAGE_BYTES = Integer.toString(MAX_RECORD_BYTES);
  // A dead letter holds the whole record and the reason.
  private static final String LETTER_BYTES = Integer.toString(MAX_RECORD_BYTES + (1 << 20));

  private Topics() {}

  /**
   * Creates the topics that do not exist yet; existing ones are not changed.
   *
   * @param clients Kafka client settings
   * @param partitions partitions of each topic
   */
  public static void create(Properties clients, TopicNames names, int partitions)
      throws ExecutionException, InterruptedException {
    createMissing(
        clients,
        List.of(
            images(names.images(), partitions),
            topic(names.embeddings(), partitions, Map.of("cleanup.policy", "compact")),
            topic(names.metrics(), 1, Map.of()),
            // Which epoch serves must be known as long as it does.
            topic(names.modelVersions(), 1, Map.of("retention.ms", "-1")),
            topic(names.deadLetters(), partitions, Map.of("max.message.bytes", LETTER_BYTES))));
  }

  /**
   * Creates a topic for images if there is none.
   *
   * @param clients Kafka client settings
   */
  public static void createImages(Properties clients, String name)
      throws ExecutionException, InterruptedException {
    createMissing(clients, List.of(images(name, 1)));
  }

  /**
   * Creates a topic for requests to a job if there is none.
   *
   * @param clients Kafka client settings
   */
  public static void createControl(Properties clients, String name)
      throws ExecutionException, InterruptedException {
    createMissing(clients, List.of(topic(name, 1, Map.of())));
  }

  /**
   * Checks that there is a topic.
   *
   * @param clients Kafka client settings
   * @throws ExecutionException when there is none, or Kafka does not tell
   */
  public static void require(Properties clients, String name)
      throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(ClientSettings.admin(clients))) {
      admin.describeTopics(List.of(name)).allTopicNames().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) { // which names no topic
        throw new ExecutionException(
            new UnknownTopicOrPartitionException("There is no topic %s".formatted(name)));
      }
      throw e;
    }
  }

  /**
   * Whether a topic has records.
   *
   * @param clients Kafka client settings
   * @throws ExecutionException when there is no such topic, or Kafka does not tell
   */
  public static boolean hasRecords(Properties clients, String name)
      throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(ClientSettings.admin(clients))) {
      List<TopicPartition> partitions =
          admin.describeTopics(List.of(name)).allTopicNames().get().get(name).partitions().stream()
              .map(info -> new TopicPartition(name, info.partition()))
              .toList();
      Map<TopicPartition, Long> starts = offsets(admin, partitions, OffsetSpec.earliest());
      return offsets(admin, partitions, OffsetSpec.latest()).entrySet().stream()
          .anyMatch(end -> end.getValue() > starts.get(end.getKey()));
    }
  }

  /**
   * The largest record that a topic takes, in bytes; the largest number when this user may not see
   * it.
   *
   * @param clients Kafka client settings
   * @throws ExecutionException when Kafka does not answer
   */
  public static long maxMessageBytes(Properties clients, String name)
      throws ExecutionException, InterruptedException {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, name);
    try (Admin admin = Admin.create(ClientSettings.admin(clients))) {
      ConfigEntry limit =
          admin
              .describeConfigs(List.of(topic))
              .all()
              .get()
              .get(topic)
              .get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
      return limit == null ? Long.MAX_VALUE : Long.parseLong(limit.value());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException) {
        return Long.MAX_VALUE;
      }
      throw e;
    }
  }

  /**
   * Where the partitions of a topic end, open transactions included.
   *
   * @param clients Kafka client settings
   * @throws ExecutionException when Kafka does not tell
   */
  public static Map<TopicPartition, Long> ends(
      Properties clients, Collection<TopicPartition> partitions)
      throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(ClientSettings.admin(clients))) {
      return offsets(admin, List.copyOf(partitions), OffsetSpec.latest());
    }
  }

  /**
   * The partitions of a topic.
   *
   * @throws UnknownTopicOrPartitionException when there is no such topic
   */
  public static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new UnknownTopicOrPartitionException("There is no topic " + topic);
    }
    return partitions;
  }

  /**
   * Whether a consumer has not reached some offsets yet.
   *
   * @param ends offsets by partition; the consumer must have the partitions assigned
   */
  public static boolean isBefore(Consumer<?, ?> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue());
  }

  private static void createMissing(Properties clients, List<NewTopic> topics)
      throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(ClientSettings.admin(clients))) {
      for (NewTopic topic : topics) {
        if (isThere(admin, topic.name())) { // an existing topic needs no right to create
          continue;
        }
        try {
          admin.createTopics(List.of(topic)).all().get();
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof TopicExistsException)) {
            throw e;
          }
        }
      }
    }
  }

  private static Map<TopicPartition, Long> offsets(
      Admin admin, List<TopicPartition> partitions, OffsetSpec which)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> wanted =
        partitions.stream().collect(Collectors.toMap(each -> each, each -> which));
    return admin.listOffsets(wanted).all().get().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, each -> each.getValue().offset()));
  }

  private static boolean isThere(Admin admin, String name)
      throws ExecutionException, InterruptedException {
    try {
      admin.describeTopics(List.of(name)).allTopicNames().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException
          || e.getCause() instanceof AuthorizationException) {
        return false;
      }
      throw e;
    }
  }

  private static NewTopic images(String name, int partitions) {
    return topic(name, partitions, Map.of("max.message.bytes", IMAGE_BYTES));
  }

  private static NewTopic topic(String name, int partitions, Map<String, String> settings) {
    return new NewTopic(name, partitions, BROKER_DEFAULT).configs(settings);
  }
}

package io.rankstream.pipeline.tools.doctor;

import static io.rankstream.pipeline.config.JobOptions.OUTPUT_MAX_DEAD_LETTER_BYTES;

import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.kafka.KafkaFailure;
import io.rankstream.pipeline.kafka.TopicNames;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Checks that a topic exists, that the job may use it, and that its settings suit the job. */
final class TopicChecks {

  private static final String UNLIMITED = "-1";

  private final Admin admin;
  private final JobConfig config;
  private final boolean isCreated;

  /**
   * @param isCreated whether a topic that is missing is created when the job starts
   */
  TopicChecks(Admin admin, JobConfig config, boolean isCreated) {
    this.admin = admin;
    this.config = config;
    this.isCreated = isCreated;
  }

  /**
   * Checks a topic.
   *
   * @param check name of the check
   * @param needed rights that the job needs on the topic
   */
  Finding check(String check, String name, List<AclOperation> needed) throws InterruptedException {
    TopicDescription topic;
    try {
      topic =
          admin
              .describeTopics(
                  List.of(name), new DescribeTopicsOptions().includeAuthorizedOperations(true))
              .allTopicNames()
              .get()
              .get(name);
    } catch (ExecutionException e) {
      return e.getCause() instanceof UnknownTopicOrPartitionException
          ? new Finding(
              check,
              isCreated ? Finding.Level.WARNING : Finding.Level.PROBLEM,
              "The topic %s does not exist, or this user may not see it: create it (a run in one process does, if it has the right), or ask for the right DESCRIBE on it"
                  .formatted(name))
          : Finding.problem(check, "The topic %s: %s".formatted(name, KafkaFailure.sentence(e)));
    }
    for (AclOperation right : needed) {
      if (!GrantedRights.include(topic.authorizedOperations(), right)) {
        return Finding.problem(
            check,
            "This user may not use the topic %s: ask for the right %s on it"
                .formatted(name, right));
      }
    }

    Optional<Config> settings = settings(new ConfigResource(ConfigResource.Type.TOPIC, name));
    if (settings.isEmpty()) {
      return Finding.warning(
          check,
          "%s exists, but its settings cannot be checked: ask for the right DESCRIBE_CONFIGS on it"
              .formatted(name));
    }

    return settings(check, topic, settings.get());
  }

  private Finding settings(String check, TopicDescription topic, Config settings) {
    TopicNames names = TopicNames.of(config);
    String name = topic.name();
    String policy = settings.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
    int largest = Integer.parseInt(settings.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
    boolean isCompacted = policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT);
    int letter = config.output().maxDeadLetterBytes();
    if (name.equals(names.deadLetters()) && largest < letter) {
      return Finding.problem(
          check,
          "%s accepts records of %d bytes, but a dead letter can have %d: set max.message.bytes of the topic to %d or %s to %d b"
              .formatted(
                  name, largest, letter, letter, OUTPUT_MAX_DEAD_LETTER_BYTES.key(), largest));
    }
    if (name.equals(names.embeddings()) && !isCompacted) {
      return Finding.warning(
          check,
          "%s keeps old embeddings: set its cleanup.policy to compact (it is %s)"
              .formatted(name, policy));
    }
    if (name.equals(names.images()) && config.epochs().isOn()) {
      return corpus(check, name, policy, settings);
    }
    if (!name.equals(names.embeddings()) && isCompacted) {
      return Finding.warning(
          check,
          "%s may lose records before they are read: set its cleanup.policy to delete (it is %s)"
              .formatted(name, policy));
    }

    return Finding.ok(
        check,
        "%s: %d partition(s), cleanup.policy %s, max.message.bytes %d"
            .formatted(name, topic.partitions().size(), policy, largest));
  }

  /** An epoch embeds what the topic has: what retention deletes has no embedding of it. */
  private static Finding corpus(String check, String name, String policy, Config settings) {
    String millis = settings.get(TopicConfig.RETENTION_MS_CONFIG).value();
    String bytes = settings.get(TopicConfig.RETENTION_BYTES_CONFIG).value();
    boolean keepsAll = millis.equals(UNLIMITED) && bytes.equals(UNLIMITED);
    return policy.contains(TopicConfig.CLEANUP_POLICY_DELETE) && !keepsAll
        ? Finding.warning(
            check,
            "%s forgets images (cleanup.policy %s, retention.ms %s, retention.bytes %s), and an epoch embeds only those that it has: set cleanup.policy to compact, or retention.ms and retention.bytes to -1"
                .formatted(name, policy, millis, bytes))
        : Finding.ok(check, "%s keeps its images: cleanup.policy %s".formatted(name, policy));
  }

  private Optional<Config> settings(ConfigResource resource) throws InterruptedException {
    try {
      return Optional.of(admin.describeConfigs(List.of(resource)).all().get().get(resource));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AuthorizationException) {
        return Optional.empty();
      }
      throw new KafkaException(KafkaFailure.sentence(e), e);
    }
  }
}

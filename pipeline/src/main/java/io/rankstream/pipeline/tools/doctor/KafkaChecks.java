package io.rankstream.pipeline.tools.doctor;

import static io.rankstream.pipeline.config.JobOptions.OUTPUT_MAX_DEAD_LETTER_BYTES;
import static io.rankstream.pipeline.config.JobOptions.OUTPUT_TRANSACTION_TIMEOUT;

import io.rankstream.pipeline.config.Delivery;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.Secrets;
import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.pipeline.kafka.KafkaFailure;
import io.rankstream.pipeline.kafka.TopicNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * What a job asks of Kafka. Nothing is written: rights are asked for, not tried out. Each question
 * waits ten seconds at most.
 */
public final class KafkaChecks implements AutoCloseable {

  private static final String MAX_TRANSACTION_TIMEOUT = "transaction.max.timeout.ms";

  /** A checkpoint, and a restart after a failure, take time beside the interval. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private final JobConfig config;
  private final Duration checkpointInterval;
  private Admin admin;

  /**
   * @param config which Kafka, and which topics
   * @param checkpointInterval time from one checkpoint to the next; negative when there are none
   */
  public KafkaChecks(JobConfig config, Duration checkpointInterval) {
    this.config = config;
    this.checkpointInterval = checkpointInterval;
  }

  /** Whether Kafka answers and lets the user in. The other checks can only be made after it. */
  public Finding connection() throws InterruptedException {
    String servers = config.kafka().bootstrapServers();
    List<String> missing = Secrets.missing(config.kafka().settings());
    if (!missing.isEmpty()) {
      return Finding.problem("kafka", String.join("; ", missing));
    }

    try {
      admin = Admin.create(ClientSettings.admin(config.kafka().properties()));
      Collection<Node> nodes = admin.describeCluster().nodes().get();
      return Finding.ok(
          "kafka",
          "%s answers, %d broker(s), %s, client %s"
              .formatted(servers, nodes.size(), version(), AppInfoParser.getVersion()));
    } catch (ExecutionException | KafkaException e) {
      return Finding.problem(
          "kafka", "Kafka at %s: %s".formatted(servers, KafkaFailure.sentence(e)));
    }
  }

  /** The topics, the consumer group and the transactions of the job. */
  public List<Finding> job() throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    TopicNames names = TopicNames.of(config);
    // The sinks look for transactions that a failure left open, which takes the right to read.
    List<AclOperation> outputs =
        config.output().delivery() == Delivery.EXACTLY_ONCE
            ? List.of(AclOperation.WRITE, AclOperation.READ)
            : List.of(AclOperation.WRITE);
    findings.add(topic("images", names.images(), List.of(AclOperation.READ)));
    findings.add(topic("embeddings", names.embeddings(), outputs));
    findings.add(topic("metrics", names.metrics(), outputs));
    findings.add(topic("models", names.modelVersions(), outputs));
    findings.add(topic("dead letters", names.deadLetters(), outputs));
    findings.add(group());
    if (config.output().delivery() == Delivery.EXACTLY_ONCE) {
      findings.add(transactionalIds());
      findings.add(transactionTimeout());
    }
    return findings;
  }

  @Override
  public void close() {
    if (admin != null) {
      admin.close(Duration.ofSeconds(1));
    }
  }

  /** The broker's classes, which know the release of a level, are not on a cluster's class path. */
  private String version() throws InterruptedException {
    try {
      FinalizedVersionRange level =
          admin
              .describeFeatures()
              .featureMetadata()
              .get()
              .finalizedFeatures()
              .get("metadata.version");
      return level == null ? "version unknown" : "metadata version " + level.maxVersionLevel();
    } catch (ExecutionException e) {
      return "version unknown"; // refused
    }
  }

  private Finding topic(String check, String name, List<AclOperation> needed)
      throws InterruptedException {
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
          ? Finding.problem(
              check,
              "The topic %s is not there or may not be seen: create it (a run in one process makes it where it may), or ask for the right to describe it"
                  .formatted(name))
          : Finding.problem(check, "The topic %s: %s".formatted(name, KafkaFailure.sentence(e)));
    }
    for (AclOperation right : needed) {
      if (!allows(topic.authorizedOperations(), right)) {
        return Finding.problem(
            check,
            "The topic %s may not be used: ask for the right %s on it".formatted(name, right));
      }
    }

    Optional<Config> settings = settings(new ConfigResource(ConfigResource.Type.TOPIC, name));
    if (settings.isEmpty()) {
      return Finding.warning(
          check,
          "%s is there, its settings may not be seen: ask for the right DESCRIBE_CONFIGS on it to have them checked"
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
          "%s takes records of %d bytes, and a dead letter may have %d: set max.message.bytes of the topic to %d or %s to %d b"
              .formatted(
                  name, largest, letter, letter, OUTPUT_MAX_DEAD_LETTER_BYTES.key(), largest));
    }
    if (name.equals(names.embeddings()) && !isCompacted) {
      return Finding.warning(
          check,
          "%s keeps old embeddings: set its cleanup.policy to compact (it is %s)"
              .formatted(name, policy));
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

  private Finding group() throws InterruptedException {
    String group = config.input().groupId();
    try {
      ConsumerGroupDescription description =
          admin
              .describeConsumerGroups(
                  List.of(group),
                  new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
              .all()
              .get()
              .get(group);
      return allows(description.authorizedOperations(), AclOperation.READ)
          ? Finding.ok("group", group + " may be used")
          : Finding.problem(
              "group",
              "The consumer group %s may not be used: ask for the right READ on it"
                  .formatted(group));
    } catch (ExecutionException e) {
      return e.getCause() instanceof GroupIdNotFoundException
          ? Finding.ok("group", group + " is new")
          : Finding.problem(
              "group", "The consumer group %s: %s".formatted(group, KafkaFailure.sentence(e)));
    }
  }

  private Finding transactionalIds() throws InterruptedException {
    String prefix = config.output().transactionalIdPrefix();
    try {
      admin.describeTransactions(List.of(prefix + "-embeddings")).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TransactionalIdNotFoundException)) {
        return Finding.problem(
            "transactions",
            "Transactional ids that start with %s: %s".formatted(prefix, KafkaFailure.sentence(e)));
      }
    }

    return Finding.ok("transactions", "ids that start with %s may be used".formatted(prefix));
  }

  private Finding transactionTimeout() throws InterruptedException {
    String check = "timeout";
    String key = OUTPUT_TRANSACTION_TIMEOUT.key();
    Duration timeout = config.output().transactionTimeout();
    if (checkpointInterval.isNegative() || checkpointInterval.isZero()) {
      return Finding.problem(
          check,
          "There are no checkpoints, and so nothing would ever be committed: set %s"
              .formatted(CheckpointingOptions.CHECKPOINTING_INTERVAL.key()));
    }
    if (timeout.compareTo(checkpointInterval) <= 0) {
      return Finding.problem(
          check,
          "%s = %d s ends transactions before the checkpoint that commits them: set it to at least %d s, or %s (%d s) lower"
              .formatted(
                  key,
                  timeout.toSeconds(),
                  checkpointInterval.plus(MARGIN).toSeconds(),
                  CheckpointingOptions.CHECKPOINTING_INTERVAL.key(),
                  checkpointInterval.toSeconds()));
    }

    Optional<Long> allowed = maxTransactionTimeout();
    if (allowed.isPresent() && timeout.toMillis() > allowed.get()) {
      return Finding.problem(
          check,
          "%s = %d s is more than the brokers allow: set it to at most %d s, or %s of the brokers to at least %d"
              .formatted(
                  key,
                  timeout.toSeconds(),
                  allowed.get() / 1000,
                  MAX_TRANSACTION_TIMEOUT,
                  timeout.toMillis()));
    }
    if (timeout.compareTo(checkpointInterval.plus(MARGIN)) < 0) {
      return Finding.warning(
          check,
          "%s = %d s leaves less than %d s for the checkpoint and for an outage, and what is in a transaction is lost when it times out: set it to at least %d s"
              .formatted(
                  key,
                  timeout.toSeconds(),
                  MARGIN.toSeconds(),
                  checkpointInterval.plus(MARGIN).toSeconds()));
    }
    if (allowed.isEmpty()) {
      return Finding.warning(
          check,
          "%s of the brokers may not be seen: make sure that it is at least %d"
              .formatted(MAX_TRANSACTION_TIMEOUT, timeout.toMillis()));
    }

    return Finding.ok(
        check,
        "transactions last %d s, the brokers allow %d s, a checkpoint comes every %.1f s"
            .formatted(
                timeout.toSeconds(), allowed.get() / 1000, checkpointInterval.toMillis() / 1000.0));
  }

  /** The lowest that a broker allows, or empty when it may not be asked. */
  private Optional<Long> maxTransactionTimeout() throws InterruptedException {
    try {
      List<ConfigResource> brokers =
          admin.describeCluster().nodes().get().stream()
              .map(node -> new ConfigResource(ConfigResource.Type.BROKER, node.idString()))
              .collect(Collectors.toList());
      return admin.describeConfigs(brokers).all().get().values().stream()
          .map(config -> config.get(MAX_TRANSACTION_TIMEOUT))
          .filter(entry -> entry != null && entry.value() != null)
          .map(ConfigEntry::value)
          .map(Long::valueOf)
          .min(Long::compare);
    } catch (ExecutionException e) {
      return Optional.empty();
    }
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

  /** Whether a right is granted; brokers that do not tell are believed to grant it. */
  private static boolean allows(Set<AclOperation> granted, AclOperation needed) {
    return granted == null
        || Arrays.asList(needed, AclOperation.ALL).stream().anyMatch(granted::contains);
  }
}

package io.rankstream.pipeline.tools.doctor;

import io.rankstream.pipeline.config.CheckpointPace;
import io.rankstream.pipeline.config.Delivery;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.JobOptions;
import io.rankstream.pipeline.config.Secrets;
import io.rankstream.pipeline.config.Sink;
import io.rankstream.pipeline.connect.SavedInput;
import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.pipeline.kafka.KafkaFailure;
import io.rankstream.pipeline.kafka.TopicNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.utils.AppInfoParser;

/**
 * Checks what a job needs from Kafka. Nothing is written: rights are read, not tried out. Each
 * request fails after fifteen seconds.
 */
public final class KafkaChecks implements AutoCloseable {

  private final JobConfig config;
  private final CheckpointPace checkpoints;
  private final boolean topicsAreCreated;
  private Admin admin;

  /**
   * @param config address and topics
   * @param checkpoints the checkpoints that commit the transactions
   */
  public KafkaChecks(JobConfig config, CheckpointPace checkpoints) {
    this(config, checkpoints, false);
  }

  /**
   * @param config address and topics
   * @param checkpoints the checkpoints that commit the transactions
   * @param topicsAreCreated whether a topic that is missing is created when the job starts
   */
  public KafkaChecks(JobConfig config, CheckpointPace checkpoints, boolean topicsAreCreated) {
    this.config = config;
    this.checkpoints = checkpoints;
    this.topicsAreCreated = topicsAreCreated;
  }

  /** Whether Kafka answers and accepts the login. Run it before {@link #job}. */
  public Finding connection() throws InterruptedException {
    String servers = config.kafka().bootstrapServers();
    List<String> missing = Secrets.missing(config.kafka().settings(), "kafka.");
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

  /** The topics, the consumer group and the transactions of a job that may run already. */
  public List<Finding> job() throws InterruptedException {
    return job(false);
  }

  /** The same of a job that is about to start, which no other job may be in the way of. */
  public List<Finding> jobAtItsStart() throws InterruptedException {
    return job(true);
  }

  private List<Finding> job(boolean starts) throws InterruptedException {
    List<Finding> findings = new ArrayList<>();
    TopicNames names = TopicNames.of(config);
    TopicChecks topics = new TopicChecks(admin, config, topicsAreCreated);
    findings.add(topics.check("images", names.images(), List.of(AclOperation.READ)));
    findings.add(topics.check("embeddings", names.embeddings(), rights(Sink.EMBEDDINGS)));
    findings.add(topics.check("metrics", names.metrics(), rights(Sink.METRICS)));
    findings.add(topics.check("models", names.modelVersions(), rights(Sink.MODEL_VERSIONS)));
    findings.add(topics.check("dead letters", names.deadLetters(), rights(Sink.DEAD_LETTERS)));
    if (config.epochs().isOn()) {
      findings.add(
          topics.check("control", config.epochs().controlTopic(), List.of(AclOperation.READ)));
    }
    findings.add(group());
    findings.add(OutageChecks.longest(config, checkpoints));
    if (config.output().delivery() == Delivery.EXACTLY_ONCE) {
      findings.addAll(OutageChecks.failures(checkpoints));
      TransactionChecks transactions = new TransactionChecks(admin, config.output(), checkpoints);
      findings.add(transactions.ids());
      findings.add(transactions.timeout());
      findings.add(transactions.others(starts));
    }
    return findings;
  }

  /**
   * Whether the input still has what a checkpoint wants to read on from. Run it after {@link
   * #connection}.
   */
  public List<Finding> input(SavedInput saved) throws InterruptedException {
    return new InputChecks(admin, config).all(saved);
  }

  @Override
  public void close() {
    if (admin != null) {
      admin.close(Duration.ofSeconds(1));
    }
  }

  /** The metadata level; a cluster's class path has no class that translates it to a release. */
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
      return "version unknown"; // this user may not see it
    }
  }

  private List<AclOperation> rights(Sink sink) {
    // A sink looks for transactions that a failure left open, which needs the right to read.
    return sink.delivery(config.output()) == Delivery.EXACTLY_ONCE
        ? List.of(AclOperation.WRITE, AclOperation.READ)
        : List.of(AclOperation.WRITE);
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
      if (!description.members().isEmpty()) { // a job assigns partitions and is no member
        return Finding.warning(
            "group",
            "%d member(s) of another program use the consumer group %s, so its offsets do not show the progress of the job: give the job another %s"
                .formatted(description.members().size(), group, JobOptions.INPUT_GROUP_ID.key()));
      }
      return GrantedRights.include(description.authorizedOperations(), AclOperation.READ)
          ? Finding.ok("group", "this user may use " + group)
          : Finding.problem(
              "group",
              "This user may not use the consumer group %s: ask for the right READ on it"
                  .formatted(group));
    } catch (ExecutionException e) {
      return e.getCause() instanceof GroupIdNotFoundException
          ? Finding.ok("group", group + " is new")
          : Finding.problem(
              "group", "The consumer group %s: %s".formatted(group, KafkaFailure.sentence(e)));
    }
  }
}

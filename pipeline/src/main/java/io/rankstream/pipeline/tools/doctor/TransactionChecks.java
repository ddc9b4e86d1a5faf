package io.rankstream.pipeline.tools.doctor;

import static io.rankstream.pipeline.config.JobOptions.INPUT_GROUP_ID;
import static io.rankstream.pipeline.config.JobOptions.OUTPUT_TRANSACTIONAL_ID_PREFIX;
import static io.rankstream.pipeline.config.JobOptions.OUTPUT_TRANSACTION_TIMEOUT;

import io.rankstream.pipeline.config.CheckpointPace;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.Sink;
import io.rankstream.pipeline.kafka.KafkaFailure;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;

/** Checks the transactions of exactly-once delivery: the rights, and the timeout. */
final class TransactionChecks {

  private static final String MAX_TRANSACTION_TIMEOUT = "transaction.max.timeout.ms";

  /** Time for a checkpoint, and for a restart after a failure, beside the interval. */
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private static final Duration LONGEST_LOOK = Duration.ofSeconds(30);

  private final Admin admin;
  private final JobConfig.Output output;
  private final CheckpointPace checkpoints;

  /**
   * @param checkpoints the checkpoints that commit the transactions
   */
  TransactionChecks(Admin admin, JobConfig.Output output, CheckpointPace checkpoints) {
    this.admin = admin;
    this.output = output;
    this.checkpoints = checkpoints;
  }

  /** Whether the job may use its transactional ids. */
  Finding ids() throws InterruptedException {
    String prefix = output.transactionalIdPrefix();
    try {
      admin.describeTransactions(List.of(Sink.METRICS.transactionalIdPrefix(prefix))).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TransactionalIdNotFoundException)) {
        return Finding.problem(
            "transactions",
            "Transactional ids that start with %s: %s".formatted(prefix, KafkaFailure.sentence(e)));
      }
    }

    return Finding.ok("transactions", "this user may use ids that start with %s".formatted(prefix));
  }

  /**
   * Whether transactions with the prefix of the job are open. Those of a job that crashed are
   * aborted when it starts again; those of a job that runs are not its own.
   *
   * @param starts whether a job is about to start: then another one that runs is a problem
   */
  Finding others(boolean starts) throws InterruptedException {
    String check = "other jobs";
    LiveTransactions transactions = new LiveTransactions(admin, this::isOfPrefix);
    try {
      Map<String, Long> open = starts ? transactions.openSoon() : transactions.open();
      if (open.isEmpty()) {
        return Finding.ok(check, "no transaction of this prefix is open");
      }

      String first = open.keySet().iterator().next();
      if (transactions.goOn(open, patience())) {
        String another =
            "Another job writes with the prefix %s at this moment, in transactions such as %s, and the two would end each other's: stop it, or give this one another %s and another %s"
                .formatted(
                    output.transactionalIdPrefix(),
                    first,
                    OUTPUT_TRANSACTIONAL_ID_PREFIX.key(),
                    INPUT_GROUP_ID.key());
        return starts ? Finding.problem(check, another) : Finding.warning(check, another);
      }
      return Finding.warning(
          check,
          "%d transaction(s) of this prefix are open, such as %s, and nobody goes on with them: start the job, which ends what a crash left; if another job has the prefix, give this one another %s"
              .formatted(open.size(), first, OUTPUT_TRANSACTIONAL_ID_PREFIX.key()));
    } catch (ExecutionException e) {
      return Finding.warning(
          check,
          "Nobody can tell whether another job writes with the prefix %s: %s"
              .formatted(output.transactionalIdPrefix(), KafkaFailure.sentence(e)));
    }
  }

  /** The other job is taken for one with the checkpoints of this one. */
  private Duration patience() {
    Duration two = checkpoints.interval().multipliedBy(2).plusSeconds(2);
    return two.compareTo(LONGEST_LOOK) < 0 ? two : LONGEST_LOOK;
  }

  private boolean isOfPrefix(String id) {
    return Arrays.stream(Sink.values())
        .anyMatch(
            sink ->
                id.startsWith(sink.transactionalIdPrefix(output.transactionalIdPrefix()) + "-"));
  }

  /** Whether transactions live long enough for a checkpoint to commit them. */
  Finding timeout() throws InterruptedException {
    String check = "timeout";
    String key = OUTPUT_TRANSACTION_TIMEOUT.key();
    Duration timeout = output.transactionTimeout();
    Duration checkpointInterval = checkpoints.interval();
    if (!checkpoints.isOn()) {
      return Finding.problem(
          check,
          "Checkpoints are off, so nothing would ever be committed: set %s"
              .formatted(CheckpointingOptions.CHECKPOINTING_INTERVAL.key()));
    }
    if (timeout.compareTo(checkpointInterval) <= 0) {
      return Finding.problem(
          check,
          "%s = %d s ends transactions before the checkpoint that commits them: set it to at least %d s, or lower %s (%d s)"
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
          "%s = %d s leaves less than %d s for a checkpoint or an outage, and the records of a transaction that times out are lost: set it to at least %d s"
              .formatted(
                  key,
                  timeout.toSeconds(),
                  MARGIN.toSeconds(),
                  checkpointInterval.plus(MARGIN).toSeconds()));
    }
    if (timeout.compareTo(checkpoints.longest()) < 0) {
      return Finding.warning(
          check,
          "%s = %d s is less than %d s, the time in which %d checkpoints can time out in a row, and the records of a transaction that times out are lost: lower %s (%d s) or %s (%d)"
              .formatted(
                  key,
                  timeout.toSeconds(),
                  checkpoints.longest().toSeconds(),
                  checkpoints.tolerated() + 1,
                  CheckpointingOptions.CHECKPOINTING_TIMEOUT.key(),
                  checkpoints.timeout().toSeconds(),
                  CheckpointingOptions.TOLERABLE_FAILURE_NUMBER.key(),
                  checkpoints.tolerated()));
    }
    if (allowed.isEmpty()) {
      return Finding.warning(
          check,
          "This user may not see %s of the brokers: make sure that it is at least %d"
              .formatted(MAX_TRANSACTION_TIMEOUT, timeout.toMillis()));
    }

    return Finding.ok(
        check,
        "transactions last up to %d s, the brokers allow %d s, and checkpoints start every %.1f s"
            .formatted(
                timeout.toSeconds(), allowed.get() / 1000, checkpointInterval.toMillis() / 1000.0));
  }

  /** The lowest limit of all brokers in milliseconds, or empty when this user may not see it. */
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
}

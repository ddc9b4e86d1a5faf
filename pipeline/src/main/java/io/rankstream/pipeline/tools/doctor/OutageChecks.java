package io.rankstream.pipeline.tools.doctor;

import static io.rankstream.pipeline.config.JobOptions.OUTPUT_TRANSACTION_TIMEOUT;

import io.rankstream.pipeline.config.CheckpointPace;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.ProducerTimes;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Says how long the job waits for a Kafka or a store that is away, and what that costs. */
final class OutageChecks {

  /** Checkpoints in a row that may fail without much harm. */
  private static final int MANY_FAILURES = 100;

  private OutageChecks() {}

  /** Whether the producers give up before the transactions do. */
  static Finding longest(JobConfig config, CheckpointPace checkpoints) {
    String check = "outages";
    Duration transaction = config.output().transactionTimeout();
    ProducerTimes shortest = ProducerTimes.shortest(config);
    if (shortest.longestOutage().compareTo(transaction) < 0) {
      boolean isDelivery = shortest.delivery() < shortest.maxBlock();
      return Finding.warning(
          check,
          "kafka.%s = %d fails the job when Kafka is away for longer, though its transactions live for %d s (%s): remove it, or set it to at least %d"
              .formatted(
                  isDelivery
                      ? ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG
                      : ProducerConfig.MAX_BLOCK_MS_CONFIG,
                  shortest.longestOutage().toMillis(),
                  transaction.toSeconds(),
                  OUTPUT_TRANSACTION_TIMEOUT.key(),
                  transaction.toMillis()));
    }

    Duration untilRestart = checkpoints.timeout().multipliedBy(checkpoints.tolerated() + 1L);
    Duration waits = untilRestart.compareTo(transaction) < 0 ? untilRestart : transaction;
    return Finding.ok(
        check,
        "the job waits for a Kafka that is away, without a restart for up to %d s"
            .formatted(waits.toSeconds()));
  }

  /**
   * Whether checkpoints may fail so often that the transactions that wait for one become too many:
   * each attempt opens the next one, and only a checkpoint that completes, or a restart, ends them.
   *
   * @return a warning, or nothing
   */
  static List<Finding> failures(CheckpointPace checkpoints) {
    if (checkpoints.tolerated() <= MANY_FAILURES) {
      return List.of();
    }
    return List.of(
        Finding.warning(
            "outages",
            "%s = %d lets every writer keep up to so many Kafka producers while the store of the checkpoints is away, each with a thread and about 4 open files: lower it to at most %d"
                .formatted(
                    CheckpointingOptions.TOLERABLE_FAILURE_NUMBER.key(),
                    checkpoints.tolerated(),
                    MANY_FAILURES)));
  }
}

package io.rankstream.pipeline.tools.doctor;

import static io.rankstream.pipeline.config.JobOptions.OUTPUT_TRANSACTION_TIMEOUT;

import io.rankstream.pipeline.config.CheckpointPace;
import io.rankstream.pipeline.config.JobConfig;
import io.rankstream.pipeline.config.ProducerTimes;
import java.time.Duration;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Says how long the job waits for a Kafka that is away. */
final class OutageChecks {

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
}

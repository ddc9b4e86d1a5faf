package io.rankstream.pipeline.connect;

import io.rankstream.pipeline.config.JobOptions;
import java.io.IOException;
import java.time.Duration;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/**
 * The failures of one writer: named, and ended at once when another job writes in its place.
 *
 * <p>Kafka fences a producer off when another one begins with its transactional id, or when its
 * transaction has timed out. A writer that is younger than the timeout has none that can have timed
 * out.
 */
final class WriterFailures {

  private final OutputFailure failure;
  private final Duration transactionTimeout;
  private final String job;
  private final int attempt;
  private final long created = System.nanoTime();

  /**
   * @param failure names failures
   * @param transactionTimeout time that Kafka leaves a transaction open
   */
  WriterFailures(OutputFailure failure, Duration transactionTimeout, WriterInitContext context) {
    this(
        failure,
        transactionTimeout,
        context.getJobInfo().getJobId().toHexString(),
        context.getTaskInfo().getAttemptNumber());
  }

  WriterFailures(OutputFailure failure, Duration transactionTimeout, String job, int attempt) {
    this.failure = failure;
    this.transactionTimeout = transactionTimeout;
    this.job = job;
    this.attempt = attempt;
  }

  /** Topic that the writer writes to. */
  String topic() {
    return failure.topic();
  }

  /**
   * A failure with the topic and what to do.
   *
   * @throws SuppressRestartsException when the job was fenced off again and again: it would be so
   *     for ever
   */
  IOException named(Exception cause) {
    IOException named = failure.named(cause);
    if (OutputFailure.isFenced(cause) && isYoung() && RepeatedFences.isOneTooMany(job, attempt)) {
      throw new SuppressRestartsException(twice(named));
    }
    return named;
  }

  /** Commands show the message of the root cause, so it has none. */
  private IOException twice(IOException named) {
    IOException twice =
        new IOException(
            "Another job writes to %s with the same transactional ids, and the two end each other's transactions: stop it, or give one of the two an %s and an %s of its own (%s)"
                .formatted(
                    topic(),
                    JobOptions.OUTPUT_TRANSACTIONAL_ID_PREFIX.key(),
                    JobOptions.INPUT_GROUP_ID.key(),
                    named.getMessage()));
    twice.addSuppressed(named);
    return twice;
  }

  private boolean isYoung() {
    return System.nanoTime() - created < transactionTimeout.toNanos();
  }
}

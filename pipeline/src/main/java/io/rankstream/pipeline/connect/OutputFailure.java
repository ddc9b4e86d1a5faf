package io.rankstream.pipeline.connect;

import io.rankstream.pipeline.kafka.KafkaFailure;
import java.io.IOException;
import java.io.Serializable;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Says which output topic a failure is of, and what to do. The connector says neither. */
record OutputFailure(String topic) implements Serializable {

  /**
   * A failure of Kafka with its name. Logs show the root cause, so it has none: the original
   * failure is suppressed in it.
   *
   * @param failure what the connector threw
   * @return the failure to throw; it is the same when it is not Kafka's
   */
  IOException named(Exception failure) {
    Throwable kafka = kafkas(failure);
    if (kafka == null || kafka instanceof InterruptException) {
      return unchanged(failure);
    }

    IOException named = new IOException(sentence(kafka));
    named.setStackTrace(failure.getStackTrace());
    named.addSuppressed(failure);
    return named;
  }

  /** Whether Kafka has refused a producer because another one has its transactional id by now. */
  static boolean isFenced(Throwable failure) {
    Throwable kafka = kafkas(failure);
    return kafka instanceof ProducerFencedException
        || kafka instanceof InvalidProducerEpochException;
  }

  private static IOException unchanged(Exception failure) {
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }

    return failure instanceof IOException io ? io : new IOException(failure);
  }

  /** The innermost exception of Kafka's clients, or null. */
  private static Throwable kafkas(Throwable failure) {
    Throwable found = null;
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof ApiException) {
        found = each;
      }
    }

    return found;
  }

  private String sentence(Throwable kafka) {
    String what = kafka.toString();
    if (kafka instanceof RecordTooLargeException) {
      return "The topic %s refuses a record as too large: raise max.message.bytes of the topic (%s)"
          .formatted(topic, what);
    }
    if (kafka instanceof UnknownTopicOrPartitionException) {
      return "The topic %s does not exist any more: create it again as it was, then the job goes on (%s)"
          .formatted(topic, what);
    }
    if (kafka instanceof AuthorizationException) {
      return "The topic %s may not be written any more: give this user the rights READ and WRITE on the topic, and WRITE on the transactional ids, then the job goes on (%s)"
          .formatted(topic, what);
    }
    if (kafka instanceof TimeoutException) {
      return "The topic %s could not be written in time: check that Kafka runs, and that the topic exists (%s)"
          .formatted(topic, what);
    }

    return "The topic %s could not be written: %s%s"
        .formatted(
            topic, what, KafkaFailure.advice(kafka).map(advice -> " (" + advice + ")").orElse(""));
  }
}

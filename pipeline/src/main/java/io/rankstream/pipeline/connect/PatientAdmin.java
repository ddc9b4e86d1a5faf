package io.rankstream.pipeline.connect;

import io.rankstream.pipeline.kafka.KafkaFailure;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Kafka until it answers. A question that fails would fail the job, which could do no more
 * after its restart than ask again.
 */
final class PatientAdmin {

  private static final Logger LOG = LoggerFactory.getLogger(PatientAdmin.class);

  private PatientAdmin() {}

  /**
   * Asks until there is an answer. Each attempt takes as long as the client's own timeout.
   *
   * @param purpose completes "Kafka does not answer, which …"
   * @throws ExecutionException when Kafka answers with an error
   * @throws FlinkRuntimeException when the thread is interrupted, as it is when the job ends
   */
  static <T> T ask(String purpose, Supplier<KafkaFuture<T>> question) throws ExecutionException {
    boolean isAway = false;
    while (true) {
      try {
        T answer = question.get().get();
        if (isAway) {
          LOG.warn("Kafka answers again");
        }
        return answer;
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TimeoutException)) {
          throw e;
        }
        if (!isAway) {
          LOG.warn(
              "Kafka does not answer, which {}; the job waits: {}",
              purpose,
              KafkaFailure.sentence(e));
        }
        isAway = true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new FlinkRuntimeException("The job ended before Kafka answered", e);
      }
    }
  }
}

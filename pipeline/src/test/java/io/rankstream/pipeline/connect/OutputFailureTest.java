package io.rankstream.pipeline.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Set;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;

class OutputFailureTest {

  private final OutputFailure failure = new OutputFailure("embeddings.v2");

  @Test
  void namesTheTopicAndTheRemedy() {
    assertThat(named(new RecordTooLargeException("too large")))
        .startsWith("The topic embeddings.v2 refuses a record as too large: raise");
    assertThat(named(new UnknownTopicOrPartitionException("unknown")))
        .startsWith("The topic embeddings.v2 does not exist any more: create it again");
    assertThat(named(new TopicAuthorizationException(Set.of("embeddings.v2"))))
        .startsWith("The topic embeddings.v2 may not be written any more: give this user");
    assertThat(named(new TimeoutException("120000 ms has passed")))
        .startsWith("The topic embeddings.v2 could not be written in time: check")
        .contains("120000 ms has passed");
    assertThat(named(new InvalidProducerEpochException("old")))
        .startsWith("The topic embeddings.v2 could not be written: ")
        .contains("InvalidProducerEpochException: old"); // by which the guide finds it
  }

  /** Logs show the message of the root cause. */
  @Test
  void theNamedFailureIsTheRootCause() {
    Exception connectors = connectors(new TimeoutException("late"));

    assertThat(failure.named(connectors)).hasNoCause().hasSuppressedException(connectors);
  }

  @Test
  void failuresOfOthersStayAsTheyAre() {
    IOException disk = new IOException("no space left");
    assertThat(failure.named(disk)).isSameAs(disk);
    IllegalStateException bug = new IllegalStateException("closed");
    assertThatThrownBy(() -> failure.named(bug)).isSameAs(bug);
  }

  private String named(Exception kafka) {
    return failure.named(connectors(kafka)).getMessage();
  }

  /** As the connector throws what a producer answers. */
  private static IOException connectors(Exception kafka) {
    return new IOException(
        "One or more Kafka Producer send requests have encountered exception",
        new FlinkRuntimeException("Failed to send data", new KafkaException("in error", kafka)));
  }
}

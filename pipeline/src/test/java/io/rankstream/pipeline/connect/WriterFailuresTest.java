package io.rankstream.pipeline.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class WriterFailuresTest {

  private static final OutputFailure EMBEDDINGS = new OutputFailure("embeddings.v2");

  private static IOException fenced() {
    return new IOException("connector", new ProducerFencedException("a newer producer"));
  }

  private static WriterFailures writer(String job, int attempt) {
    return new WriterFailures(EMBEDDINGS, Duration.ofHours(1), job, attempt);
  }

  @Test
  void theThirdStartThatIsFencedOffEndsTheJob() {
    assertThat(writer("third", 0).named(fenced())).isInstanceOf(IOException.class);
    IOException epoch = new IOException(new InvalidProducerEpochException("old"));
    assertThat(writer("third", 1).named(epoch)).isInstanceOf(IOException.class);

    assertThatThrownBy(() -> writer("third", 2).named(fenced()))
        .isInstanceOf(SuppressRestartsException.class)
        .cause()
        .hasMessageContaining("Another job writes to embeddings.v2 with the same transactional ids")
        .hasMessageContaining("output.transactional-id-prefix")
        .hasMessageContaining("ProducerFencedException: a newer producer");
  }

  @Test
  void allWritersOfOneStartCountOnce() {
    for (int i = 0; i < 5; i++) {
      assertThat(writer("one start", 7).named(fenced())).isInstanceOf(IOException.class);
    }
  }

  @Test
  void anotherJobHasACountOfItsOwn() {
    assertThat(writer("left", 0).named(fenced())).isInstanceOf(IOException.class);
    assertThat(writer("left", 1).named(fenced())).isInstanceOf(IOException.class);

    assertThat(writer("right", 2).named(fenced())).isInstanceOf(IOException.class);
  }

  @Test
  void aTransactionThatMayHaveTimedOutIsNoOtherJob() {
    for (int attempt = 0; attempt < 5; attempt++) {
      WriterFailures old = new WriterFailures(EMBEDDINGS, Duration.ZERO, "old", attempt);
      assertThat(old.named(fenced())).hasMessageContaining("ProducerFencedException");
    }
  }

  @Test
  void otherFailuresNeverEndTheJob() {
    for (int attempt = 0; attempt < 5; attempt++) {
      assertThat(writer("late", attempt).named(new IOException(new TimeoutException("late"))))
          .hasMessageContaining("could not be written in time");
    }
  }
}

package io.rankstream.pipeline.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class BoundedCloseTest {

  @Test
  void aCloseThatWaitsForEverIsInterrupted() throws Exception {
    AtomicBoolean wasInterrupted = new AtomicBoolean();
    BoundedClose.of(
        () -> {
          try {
            new CountDownLatch(1).await();
          } catch (InterruptedException e) {
            wasInterrupted.set(true);
          }
        },
        "topic",
        Duration.ofSeconds(1));

    assertThat(wasInterrupted).isTrue();
  }

  @Test
  void aCloseThatFailsDoesNotThrow() throws Exception {
    AtomicBoolean wasCalled = new AtomicBoolean();
    BoundedClose.of(
        () -> {
          wasCalled.set(true);
          throw new IOException("told before");
        },
        "topic");

    assertThat(wasCalled).isTrue();
  }
}

package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExitGateTest {

  private static final Duration LONG = Duration.ofSeconds(50);

  private final ExitGate gate = new ExitGate();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void passesRunBesideEachOther() throws Exception {
    CountDownLatch both = new CountDownLatch(2);
    Runnable pass =
        () -> {
          both.countDown();
          await(both);
        };

    Future<?> one = threads.submit(() -> gate.inside(pass));
    Future<?> two = threads.submit(() -> gate.inside(pass));

    one.get();
    two.get();
  }

  @Test
  void theEndWaitsForThePassUnderWay() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicBoolean hasEnded = new AtomicBoolean();
    Future<?> pass =
        threads.submit(
            () ->
                gate.inside(
                    () -> {
                      begun.countDown();
                      await(mayEnd);
                      hasEnded.set(true);
                    }));
    begun.await();

    assertThat(gate.close(Duration.ofMillis(50))).isFalse();
    CompletableFuture<Boolean> closed = CompletableFuture.supplyAsync(() -> gate.close(LONG));
    mayEnd.countDown();

    assertThat(closed.get()).isTrue();
    assertThat(hasEnded).isTrue();
    pass.get();
  }

  @Test
  void noPassBeginsAfterwardsAndWhoWaitsCanBeInterrupted() throws Exception {
    assertThat(gate.close(LONG)).isTrue();
    AtomicBoolean hasRun = new AtomicBoolean();
    CountDownLatch begins = new CountDownLatch(1);
    Future<?> waiting =
        threads.submit(
            () -> {
              begins.countDown();
              gate.inside(() -> hasRun.set(true));
            });
    begins.await();

    threads.shutdownNow();

    assertThatThrownBy(waiting::get)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseInstanceOf(InterruptedException.class)
        .hasMessageContaining("The process ends");
    assertThat(hasRun).isFalse();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

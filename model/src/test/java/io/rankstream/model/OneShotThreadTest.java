package io.rankstream.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class OneShotThreadTest {

  private static final Path TASKS = Path.of("/proc/self/task");

  @Test
  void givesWhatTheWorkGives() throws Exception {
    Thread caller = Thread.currentThread();

    assertThat(OneShotThread.call(Thread::currentThread))
        .isNotSameAs(caller)
        .matches(thread -> !thread.isAlive());
  }

  @Test
  void throwsWhatTheWorkThrows() {
    IOException failure = new IOException("no such checkpoint");

    assertThrows(
        failure,
        () -> {
          throw failure;
        });
  }

  @Test
  void throwsErrorsAsTheyAre() {
    OutOfMemoryError failure = new OutOfMemoryError("Java heap space");

    assertThrows(
        failure,
        () -> {
          throw failure;
        });
  }

  @Test
  void waitsForTheEndInSpiteOfAnInterruptAndKeepsIt() throws Exception {
    Thread caller = Thread.currentThread();

    String result =
        OneShotThread.call(
            () -> {
              caller.interrupt();
              while (caller.getState() == Thread.State.RUNNABLE) {
                Thread.onSpinWait(); // until it waits again
              }
              return "whole";
            });

    assertThat(result).isEqualTo("whole");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  @EnabledOnOs(OS.LINUX) // there the threads of a process can be seen with their names
  void leavesNoThreadOfOpenMpBehind() throws Exception {
    AtomicReference<Long> during = new AtomicReference<>();
    Thread caller = new Thread(() -> during.set(computeInOneShotThread()), "probe");
    caller.start();
    caller.join();

    assertThat(during.get()).isPositive();
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (oneShotThreads() > 0 && System.nanoTime() < deadline) {
      Thread.onSpinWait(); // the workers end by themselves, a little later
    }
    assertThat(oneShotThreads()).isZero();
  }

  private static void assertThrows(Throwable failure, Callable<?> work) {
    assertThatThrownBy(() -> OneShotThread.call(work)).isSameAs(failure);
  }

  private static long computeInOneShotThread() {
    try {
      return OneShotThread.call(
          () -> {
            try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
                NDArray square = manager.ones(new Shape(600, 600));
                NDArray product = square.matMul(square)) {
              product.getFloat(0, 0);
              return oneShotThreads();
            }
          });
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Threads with the name of the one-shot thread; those of OpenMP inherit it. */
  private static long oneShotThreads() {
    try (Stream<Path> tasks = Files.list(TASKS)) {
      return tasks.filter(task -> name(task).startsWith("one-shot probe")).count();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String name(Path task) {
    try {
      return Files.readString(task.resolve("comm"));
    } catch (IOException e) {
      return ""; // it has just ended
    }
  }
}

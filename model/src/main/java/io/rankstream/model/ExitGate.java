package io.rankstream.model;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Keeps the end of the process away from a backward pass, which is one native call. The JVM waits
 * 0.3 seconds for native code; then the C library frees PyTorch's kernels, and a pass that still
 * runs in them ends the process with SIGSEGV.
 */
public final class ExitGate {

  private static final ExitGate OF_PROCESS = new ExitGate();

  /** Far longer than a pass, also on a busy machine. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  ExitGate() {}

  static ExitGate ofProcess() {
    return OF_PROCESS;
  }

  /**
   * Lets the process end between two passes. For the main method of a program: where classes come
   * and go with jobs, the hook would keep them for ever.
   */
  public static void closeAtExit() {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> OF_PROCESS.close(PATIENCE), "backward-passes-end"));
  }

  /**
   * Runs a backward pass. While the process ends none begins: the thread waits, until it is
   * interrupted.
   *
   * @throws IllegalStateException when it is interrupted
   */
  void inside(Runnable pass) {
    try {
      lock.readLock().lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The process ends", e);
    }
    try {
      pass.run();
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Waits for the passes under way and lets no other begin, for good.
   *
   * @return whether they have ended
   */
  boolean close(Duration patience) {
    try {
      return lock.writeLock().tryLock(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}

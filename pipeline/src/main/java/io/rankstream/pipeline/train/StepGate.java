package io.rankstream.pipeline.train;

import java.util.concurrent.locks.ReentrantLock;
import org.apache.flink.util.function.ThrowingRunnable;

/**
 * Keeps the training thread from changing the models during a checkpoint. The training thread holds
 * the gate while it changes a model, so a closed gate means that no change is half done.
 */
final class StepGate {

  private final ReentrantLock lock = new ReentrantLock(true);

  /** Called by the training thread: changes a model. */
  <E extends Exception> void inside(ThrowingRunnable<E> change) throws E {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Called by the task thread: waits for the change in progress and blocks the next one.
   * Idempotent.
   */
  void close() {
    if (!lock.isHeldByCurrentThread()) {
      lock.lock();
    }
  }

  /** Called by the task thread: lets the training thread continue. Idempotent. */
  void open() {
    if (lock.isHeldByCurrentThread()) {
      lock.unlock();
    }
  }
}

package io.rankstream.pipeline.train;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps the training thread from changing the models during a checkpoint. The training thread holds
 * the gate while it changes a model, so a closed gate means that no change is half done.
 */
final class StepGate {

  private final ReentrantLock lock = new ReentrantLock(true);

  /** Called by the training thread before it changes a model. */
  void enter() {
    lock.lock();
  }

  /** Called by the training thread after the change. */
  void leave() {
    lock.unlock();
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

package io.rankstream.pipeline.train;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps the training thread out while a checkpoint is taken. The training thread is inside the gate
 * for exactly one batch at a time, so holding the gate means that no batch is half done.
 */
final class StepGate {

  private final ReentrantLock lock = new ReentrantLock(true);

  /** Called by the training thread around one batch. */
  void enter() {
    lock.lock();
  }

  /** Called by the training thread after a batch. */
  void leave() {
    lock.unlock();
  }

  /**
   * Called by the task thread: waits for the batch in progress, then holds the next one back.
   * Idempotent.
   */
  void close() {
    if (!lock.isHeldByCurrentThread()) {
      lock.lock();
    }
  }

  /** Called by the task thread: lets the training thread go on. Idempotent. */
  void open() {
    if (lock.isHeldByCurrentThread()) {
      lock.unlock();
    }
  }
}

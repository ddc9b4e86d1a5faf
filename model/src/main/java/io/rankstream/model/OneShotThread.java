package io.rankstream.model;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Runs one piece of native work in a thread that ends with it.
 *
 * <p>On a CPU, each thread that has called PyTorch keeps OpenMP threads of its own until it ends.
 * When these are more than the cores, OpenMP no longer spins while it waits for the next operation,
 * and each operation pays for a thread to sleep and to wake: steps took 11 to 16 % longer on two
 * cores. So a process has one long-lived thread that computes. Occasional native work, such as the
 * copy for a checkpoint, runs here.
 */
public final class OneShotThread {

  private OneShotThread() {}

  /**
   * Runs the work and waits until it is done. An interrupt does not end the wait, since native code
   * ignores it; the calling thread stays marked as interrupted.
   *
   * @throws Exception the exception of the work
   */
  public static <T> T call(Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "one-shot " + Thread.currentThread().getName());
    thread.start();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          thread.join(); // not only for the result: the OpenMP threads go when this one has ended
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof Error error) {
            throw error;
          }
          throw (Exception) e.getCause(); // a Callable throws nothing else
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

package io.rankstream.model;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A thread for one piece of native work, which ends with it.
 *
 * <p>On a CPU each thread that PyTorch has computed in keeps OpenMP threads of its own until it
 * ends. When all of them together are more than the cores, OpenMP no longer lets them wait for the
 * next operation awake, and each operation pays for a thread to sleep and to wake: steps took 11 to
 * 16 % longer on two cores. So a process has one long-lived thread that computes, and whoever else
 * has something to compute from time to time, such as the copy for a checkpoint, does it here.
 */
public final class BriefThread {

  private BriefThread() {}

  /**
   * Does the work and waits until it is done. An interrupt does not end the wait, since native code
   * ignores it; the thread stays marked as interrupted.
   *
   * @throws Exception what the work throws
   */
  public static <T> T call(Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "brief " + Thread.currentThread().getName());
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

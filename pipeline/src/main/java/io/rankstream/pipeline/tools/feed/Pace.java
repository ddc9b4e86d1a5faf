package io.rankstream.pipeline.tools.feed;

import java.util.concurrent.locks.LockSupport;

/** Spreads sends evenly over time, from the creation of this object on. */
public final class Pace {

  private final double rate;
  private final long start = System.nanoTime();

  /**
   * @param rate images a second; 0 for as fast as possible
   */
  public Pace(double rate) {
    this.rate = rate;
  }

  /**
   * Waits until an image is due; returns early when the thread is interrupted.
   *
   * @param sent images sent before it
   */
  public void await(long sent) {
    if (rate > 0) {
      long due = start + (long) (sent / rate * 1e9);
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
      }
    }
  }
}

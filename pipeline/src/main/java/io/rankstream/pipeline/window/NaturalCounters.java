package io.rankstream.pipeline.window;

/** The counters of one stream's natural window. A mutable bean; its name is part of savepoints. */
public final class NaturalCounters {

  /** Batches emitted so far. */
  public long batches;

  /** Labelled images that wait. */
  public int labeledWaiting;

  /** Classes seen. */
  public int classes;

  /** Processing time at which the labelled images are emitted; 0 when none waits. */
  public long labeledDeadline;
}

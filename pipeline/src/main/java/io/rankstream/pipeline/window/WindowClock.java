package io.rankstream.pipeline.window;

/**
 * The counters of one stream's window. A mutable bean, read, changed and written back once for each
 * image. Its name is part of savepoints.
 */
public final class WindowClock {

  /** Batches emitted so far, of both purposes. */
  public long batches;

  /** Groups of K images emitted so far for training. */
  public long turns;

  /** Labelled images since the last training batch. */
  public int sinceTraining;

  /** Waiting fresh images, over all classes. */
  public int freshWaiting;

  /** Images that wait to be embedded without training. */
  public int embeddingWaiting;

  /** Classes seen. */
  public int classes;

  /** Classes that a full batch may take now. */
  public int readyClasses;

  /** Images in the reservoirs, over all classes. */
  public int kept;

  /** Encoded bytes in queues and reservoirs. */
  public long bytes;

  /** Age that the next reservoir entry gets; entries with lower ages are older. */
  public long nextAge;

  /** No reservoir entry is older than this. */
  public long oldestAge;

  /**
   * Processing time at which the window trains on the images that it has; 0 when no fresh image
   * waits.
   */
  public long trainingDeadline;

  /** Processing time at which waiting images are embedded; 0 when none waits. */
  public long embeddingDeadline;
}

package io.rankstream.pipeline.drift;

/**
 * Decides when the embeddings of a stream have drifted so far that they should all be made again.
 * It fires once for a base; the next time only after a new base, however long that takes.
 */
public final class DriftTrigger {

  private final double threshold;
  private boolean fired;

  /**
   * @param threshold mean cosine shift since the base above which it fires; 0 for never
   * @param fired whether it has fired for the present base, in the restored state
   */
  public DriftTrigger(double threshold, boolean fired) {
    this.threshold = threshold;
    this.fired = fired;
  }

  /**
   * Takes the drift of a measured version.
   *
   * @param cosineShift mean cosine shift since the base
   * @return whether it fires
   */
  public boolean fires(double cosineShift) {
    boolean fires = threshold > 0 && !fired && cosineShift > threshold;
    fired |= fires;
    return fires;
  }

  /** Drift counts from another version from now on. */
  public void rebased() {
    fired = false;
  }

  /** Whether it has fired for the present base: what a checkpoint stores. */
  public boolean hasFired() {
    return fired;
  }
}

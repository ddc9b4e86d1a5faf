package io.rankstream.pipeline.epoch;

/** How far the work for epochs is; part of the state. */
public enum SweepPhase {
  /** No epoch is open. */
  IDLE,
  /**
   * The opening is told. At the next checkpoint all embedders know it; what they embedded before
   * that, under one version, is in the corpus by then. So only then it is asked where that ends;
   * and when the job has taken all of that, what is read again was embedded before.
   */
  OPENED,
  /** The records of the corpus are sent on. */
  READING,
  /** The end is told. At the next checkpoint the epochs are complete. */
  ENDED
}

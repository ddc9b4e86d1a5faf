package io.rankstream.pipeline.config;

/** The trained images that a reservoir keeps for replay. */
public enum Reservoir {
  /**
   * A uniform sample of all images of the class that were trained on (Vitter 1985, algorithm R).
   */
  UNIFORM,
  /** The most recent images of the class that were trained on. */
  RECENT
}

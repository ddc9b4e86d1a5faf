package io.rankstream.pipeline.config;

/** The handling of images that training does not need when the job lags behind its input. */
public enum LagPolicy {
  /** They are embedded, and the input waits in Kafka. */
  WAIT,
  /** They go to the dead letters until the job has caught up. */
  SHED
}

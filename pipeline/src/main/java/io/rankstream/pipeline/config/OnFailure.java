package io.rankstream.pipeline.config;

/** What ends when a model fails. */
public enum OnFailure {
  /** The training of its stream: the stream goes into quarantine, the others go on. */
  STOP_STREAM,
  /** The job, for good. */
  STOP_JOB
}

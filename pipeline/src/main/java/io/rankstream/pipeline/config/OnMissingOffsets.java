package io.rankstream.pipeline.config;

/** What happens when records that the job has not read are gone from the input topic. */
public enum OnMissingOffsets {
  /** The job stops and says what is missing. */
  FAIL,
  /** The job goes on behind the gap; the records are counted. */
  SKIP
}

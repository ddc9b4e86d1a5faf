package io.rankstream.pipeline.dataset;

/** The part of a data set. */
public enum Split {
  TRAIN,
  TEST
}

package io.rankstream.pipeline.tools.dataset;

/** The part of a data set. */
public enum Split {
  TRAIN,
  TEST
}

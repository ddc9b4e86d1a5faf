package io.rankstream.pipeline.tools.dataset;

/** A part of a data set. */
public enum Split {
  TRAIN,
  TEST
}

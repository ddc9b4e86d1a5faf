package io.rankstream.pipeline.config;

/** The choice of the images of a training batch. */
public enum Sampler {
  /** P classes with K images each, whatever the traffic: the classes take turns. */
  PK,
  /** P times K images in the order of arrival: rare classes are rare in the batches. */
  NATURAL
}

package io.rankstream.pipeline.config;

/** How training batches are put together. */
public enum Sampler {
  /** P classes with K images each, whatever the traffic: the classes take turns. */
  PK,
  /** P times K images in the order in which they arrive: rare classes are rare in the batches. */
  NATURAL
}

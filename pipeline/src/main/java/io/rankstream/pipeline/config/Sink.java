package io.rankstream.pipeline.config;

import io.rankstream.model.KebabCase;

/** The sinks of the job. */
public enum Sink {
  EMBEDDINGS,
  METRICS,
  MODEL_VERSIONS,
  DEAD_LETTERS;

  /**
   * Start of the transactional ids of this sink.
   *
   * @param job start of those of the whole job
   */
  public String transactionalIdPrefix(String job) {
    return job + "-" + KebabCase.of(this);
  }

  /** The guarantee of this sink. */
  public Delivery delivery(JobConfig.Output output) {
    return this == EMBEDDINGS && output.delivery() == Delivery.EXACTLY_ONCE
        ? output.embeddingsDelivery()
        : output.delivery();
  }
}

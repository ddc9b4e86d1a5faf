package io.rankstream.pipeline.config;

/** The guarantee of the output topics. */
public enum Delivery {
  /** Kafka transactions: read_committed consumers see each record once. */
  EXACTLY_ONCE,
  /** No transactions: nothing is lost; a record may be written twice after a failure. */
  AT_LEAST_ONCE
}

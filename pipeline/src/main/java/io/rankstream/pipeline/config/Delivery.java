package io.rankstream.pipeline.config;

/** How strong the guarantee of the output topics is. */
public enum Delivery {
  /** Kafka transactions: read_committed consumers see each record once. */
  EXACTLY_ONCE,
  /** No transactions: nothing is lost, a record may come twice after a failure. */
  AT_LEAST_ONCE
}

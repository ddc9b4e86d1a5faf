/**
 * Flink metrics that several operators share.
 *
 * <p>Names follow Flink's metrics: camel case, numXxx, xxxMs.
 */
package io.rankstream.pipeline.metrics;

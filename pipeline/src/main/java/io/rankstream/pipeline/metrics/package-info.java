/**
 * What several operators measure alike. Names follow Flink's metrics: camel case, numXxx, xxxMs.
 */
package io.rankstream.pipeline.metrics;

/** The Flink job: its graph, and its source and sinks on Kafka. */
package io.rankstream.pipeline;

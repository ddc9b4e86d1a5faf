/**
 * Source and sinks on Kafka that wait out its outages and say what they cannot go on without, and a
 * second way to the input.
 */
package io.rankstream.pipeline.connect;

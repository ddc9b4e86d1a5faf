/** Source and sinks on Kafka that wait out its outages and say what they cannot go on without. */
package io.rankstream.pipeline.connect;

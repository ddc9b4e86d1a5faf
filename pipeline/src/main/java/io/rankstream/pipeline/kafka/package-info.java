/** Topics, client settings and error messages for tools that talk to Kafka. */
package io.rankstream.pipeline.kafka;

/** The Kafka side that is not the job: a broker inside the process, and the topics. */
package io.rankstream.pipeline.kafka;

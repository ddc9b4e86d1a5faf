/**
 * What stands in the value of a Kafka record: Avro single-object encoding and the format of
 * Confluent's serializers, both read and written here, with the schema registry of the second.
 */
package io.rankstream.pipeline.wire;

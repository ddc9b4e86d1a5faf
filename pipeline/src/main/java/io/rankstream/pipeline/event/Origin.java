package io.rankstream.pipeline.event;

/**
 * Where a record of the input topic stands.
 *
 * @param topic topic that the record was read from
 * @param partition partition that the record was read from
 * @param offset offset that the record was read from
 * @param timestamp Kafka timestamp in milliseconds since the epoch, as the source has it
 */
public record Origin(String topic, int partition, long offset, long timestamp) {}

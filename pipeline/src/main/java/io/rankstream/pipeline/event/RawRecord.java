package io.rankstream.pipeline.event;

import java.util.List;

/**
 * A record of the input topic as Kafka delivered it, with its origin.
 *
 * @param topic topic that the record was read from
 * @param partition partition that the record was read from
 * @param offset offset that the record was read from
 * @param timestamp Kafka timestamp in milliseconds since the epoch
 * @param key key bytes, or null
 * @param value value bytes, or null for a tombstone
 * @param headers the headers in their order
 */
@SuppressWarnings(
    "ArrayRecordComponent") // Flink copies primitive arrays fast; the records are never compared
public record RawRecord(
    String topic,
    int partition,
    long offset,
    long timestamp,
    byte[] key,
    byte[] value,
    List<Header> headers) {

  /** Where the record stands. */
  public Origin origin() {
    return new Origin(topic, partition, offset, timestamp);
  }
}

package io.rankstream.pipeline.tools.redrive;

import io.rankstream.pipeline.wire.RedrivenCount;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.LetterHeader;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;

/**
 * A record as it was before the job refused it: without the headers that the dead letter added.
 *
 * @param partition partition that it stood in, or null when the topic has no such partition now
 * @param key key, or null
 * @param value value, or null
 * @param headers its headers, in their order
 */
@SuppressWarnings("ArrayRecordComponent") // the records are never compared
record OriginalRecord(String topic, Integer partition, byte[] key, byte[] value, Headers headers) {

  /**
   * The record in a letter that has the whole of it.
   *
   * @param partition partition of the record, or null when the topic has no such partition now
   */
  static OriginalRecord in(DeadLetter letter, Integer partition) {
    Headers headers = new RecordHeaders();
    for (LetterHeader header : letter.getHeaders()) {
      headers.add(header.getKey(), Utils.toNullableArray(header.getValue()));
    }
    return new OriginalRecord(
        letter.getSourceTopic(),
        partition,
        Utils.toNullableArray(letter.getKey()),
        Utils.toNullableArray(letter.getValue()),
        headers);
  }

  /** A record that still stands in the source topic. */
  static OriginalRecord of(ConsumerRecord<byte[], byte[]> record) {
    return new OriginalRecord(
        record.topic(), record.partition(), record.key(), record.value(), record.headers());
  }

  /** How often it came back already. */
  int redriven() {
    int count = 0;
    for (Header header : headers.headers(RedrivenCount.HEADER)) {
      byte[] value = header.value();
      count = Math.max(count, value == null ? 0 : RedrivenCount.of(ByteBuffer.wrap(value)));
    }
    return count;
  }

  /**
   * The record that is sent: the same, with the count of its returns. Kafka's timestamp becomes the
   * time of sending, since the job sheds images that are old by it.
   *
   * @param to topic to send it to, or null for the one that it came from, and the same partition
   */
  ProducerRecord<byte[], byte[]> again(String to) {
    Headers all = new RecordHeaders(headers).remove(RedrivenCount.HEADER);
    all.add(RedrivenCount.HEADER, RedrivenCount.bytes(redriven() + 1));
    boolean returns = to == null || to.equals(topic);
    return new ProducerRecord<>(
        returns ? topic : to, returns ? partition : null, null, key, value, all);
  }
}

package io.rankstream.lab.audit;

import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * The place of an input record in Kafka. The job copies it into everything that it makes of the
 * record, so audits match input and output by it.
 *
 * @param topic input topic
 * @param partition its partition
 * @param offset its offset in the partition
 */
public record Origin(String topic, int partition, long offset) {

  /** The place of a record that was read. */
  public static Origin of(ConsumerRecord<?, ?> record) {
    return new Origin(record.topic(), record.partition(), record.offset());
  }

  /** The place of a record that was sent. */
  public static Origin of(RecordMetadata metadata) {
    return new Origin(metadata.topic(), metadata.partition(), metadata.offset());
  }

  /** The place of the record that an embedding was made of. */
  public static Origin of(ImageEmbedding embedding) {
    return new Origin(
        embedding.getSourceTopic(), embedding.getSourcePartition(), embedding.getSourceOffset());
  }

  /** The place of the record that a dead letter returns. */
  public static Origin of(DeadLetter letter) {
    return new Origin(
        letter.getSourceTopic(), letter.getSourcePartition(), letter.getSourceOffset());
  }

  @Override
  public String toString() {
    return "%s-%d@%d".formatted(topic, partition, offset);
  }
}

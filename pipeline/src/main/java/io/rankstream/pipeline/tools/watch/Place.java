package io.rankstream.pipeline.tools.watch;

import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a record stands.
 *
 * @param partition topic and partition
 * @param offset offset in it
 */
record Place(TopicPartition partition, long offset) {

  static Place of(ConsumerRecord<?, ?> record) {
    return new Place(new TopicPartition(record.topic(), record.partition()), record.offset());
  }

  /** Where the record of the embedded image stands. */
  static Place source(ImageEmbedding embedding) {
    return new Place(
        new TopicPartition(embedding.getSourceTopic(), embedding.getSourcePartition()),
        embedding.getSourceOffset());
  }

  /** Where the record stands that a letter is about. */
  static Place source(DeadLetter letter) {
    return new Place(
        new TopicPartition(letter.getSourceTopic(), letter.getSourcePartition()),
        letter.getSourceOffset());
  }

  /** As people read it: {@code topic-partition@offset}. */
  @Override
  public String toString() {
    return partition + "@" + offset;
  }
}

package io.rankstream.lab.chaos;

import io.rankstream.lab.audit.CommittedTransaction;
import io.rankstream.lab.audit.Origin;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.pipeline.tools.tail.TopicTail;
import io.rankstream.pipeline.wire.RecordKey;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import io.rankstream.schemas.ModelVersion;
import io.rankstream.schemas.TrainingMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.message.MessageDecoder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Gives an {@link Auditor} the topics of a job, read as any read_committed consumer reads them. */
final class TopicAudit {

  private final TopicTail tail;
  private final Path brokerData;
  private final TopicNames topics;
  private final Auditor auditor;
  private final Map<TopicPartition, Long> firsts = new HashMap<>();

  private TopicAudit(Properties clients, Path brokerData, TopicNames topics, Auditor auditor) {
    this.tail = new TopicTail(clients);
    this.brokerData = brokerData;
    this.topics = topics;
    this.auditor = auditor;
  }

  /**
   * An audit of a job.
   *
   * @param clients Kafka client settings
   * @param brokerData directory that the broker keeps its partitions in
   * @param topics topics of the job
   */
  static TopicAudit of(Properties clients, Path brokerData, TopicNames topics) {
    return new TopicAudit(clients, brokerData, topics, new Auditor());
  }

  /**
   * An audit of a job whose dead letters are all sent to its input again, and taken once more.
   *
   * @param inEpochs whether the job embeds in epochs
   */
  static TopicAudit afterReturn(
      Properties clients, Path brokerData, TopicNames topics, boolean inEpochs) {
    Auditor auditor = inEpochs ? Auditor.ofEpochsAfterReturn() : Auditor.afterReturn();
    return new TopicAudit(clients, brokerData, topics, auditor);
  }

  /**
   * Takes the input that a partition has before an offset, from which on records are to be deleted
   * that the job has not read. A broker that is killed soon may have the deleted ones again.
   *
   * @param next offset of the first record that the job has not taken
   * @param first offset of the first record that stays
   */
  void takeInput(TopicPartition partition, long next, long first) {
    read(
        partition.topic(),
        record -> {
          if (isToCome(record)
              && record.partition() == partition.partition()
              && record.offset() < next) {
            auditor.addDeletedInput(record);
          }
        });
    firsts.put(partition, first);
  }

  private boolean isToCome(ConsumerRecord<?, ?> record) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    return record.offset() >= firsts.getOrDefault(partition, 0L);
  }

  /**
   * Audits the job, which must have taken all its input.
   *
   * @throws UncheckedIOException when an output topic holds a record that the job cannot have
   *     written
   */
  Audit audit() throws IOException {
    read(
        topics.images(),
        record -> {
          if (isToCome(record)) {
            auditor.addInput(record);
          }
        });
    read(topics.metrics(), record -> auditor.add(decode(TrainingMetrics.getDecoder(), record)));
    read(
        topics.embeddings(),
        record -> {
          if (record.value() == null) {
            auditor.addTombstone(keyOf(record));
          } else {
            auditor.add(decode(ImageEmbedding.getDecoder(), record));
          }
        });
    for (CommittedTransaction each : CommittedTransaction.read(brokerData, topics.embeddings())) {
      auditor.add(each);
    }
    read(topics.deadLetters(), record -> auditor.add(decode(DeadLetter.getDecoder(), record)));
    read(topics.modelVersions(), record -> auditor.add(decode(ModelVersion.getDecoder(), record)));
    return auditor.audit();
  }

  private void read(String topic, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
    tail.read(
        topic,
        true,
        () -> false,
        record -> {
          reader.accept(record);
          return true;
        });
  }

  private static RecordKey keyOf(ConsumerRecord<byte[], byte[]> tombstone) {
    return RecordKey.parse(tombstone.key())
        .orElseThrow(() -> foreign(tombstone, new IOException("Its key names no image")));
  }

  private static <T> T decode(MessageDecoder<T> decoder, ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.value() == null) {
        throw new IOException("The record has no value");
      }
      return decoder.decode(record.value());
    } catch (IOException | AvroRuntimeException e) {
      throw foreign(record, e instanceof IOException io ? io : new IOException(e));
    }
  }

  private static UncheckedIOException foreign(ConsumerRecord<?, ?> record, IOException why) {
    return new UncheckedIOException(
        "%s is not a record of the job: audit topics that only the job writes to"
            .formatted(Origin.of(record)),
        why);
  }
}

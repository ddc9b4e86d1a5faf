package io.rankstream.lab.fuzz;

import io.rankstream.lab.audit.Origin;
import io.rankstream.pipeline.kafka.ClientSettings;
import io.rankstream.pipeline.kafka.TopicNames;
import io.rankstream.schemas.DeadLetter;
import io.rankstream.schemas.ImageEmbedding;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends hostile records to a running job and finds each of them again: as an embedding, or once in
 * the dead letters, byte for byte.
 */
public final class Fuzzer implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);
  private static final int MEGABYTE = 1 << 20;

  private final TopicNames topics;
  private final Duration patience;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<TopicPartition> outputs = new ArrayList<>();

  /**
   * Prepares to read the outputs from their present end.
   *
   * @param clients Kafka client settings
   * @param topics topics of the job
   * @param largestBytes size of the largest record
   * @param patience time without any output after which missing records count as lost
   */
  public Fuzzer(Properties clients, TopicNames topics, int largestBytes, Duration patience) {
    this.topics = topics;
    this.patience = patience;
    producer = producer(clients, largestBytes);
    consumer = consumer(clients);
    for (String topic : List.of(topics.embeddings(), topics.deadLetters())) {
      consumer.partitionsFor(topic).stream()
          .map(info -> new TopicPartition(topic, info.partition()))
          .forEach(outputs::add);
    }
    consumer.assign(outputs);
    consumer.seekToEnd(outputs);
    outputs.forEach(consumer::position); // seeking is lazy
  }

  /**
   * Sends records and waits until each of them has come out.
   *
   * @param from number of the first record
   * @param count number of records
   * @throws IOException when an output topic holds a record that the job cannot have written
   */
  public FuzzReport run(HostileRecords records, long from, int count) throws IOException {
    Map<Origin, SentRecord> sent = new ConcurrentHashMap<>();
    AtomicLong brokerRefused = new AtomicLong();
    for (long number = from; number < from + count; number++) {
      send(records.record(number), sent, brokerRefused);
    }
    producer.flush();
    return audit(new FuzzAudit(sent)).report(brokerRefused.get());
  }

  @Override
  public void close() {
    producer.close();
    consumer.close();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback sees failures
  private void send(HostileRecord record, Map<Origin, SentRecord> sent, AtomicLong brokerRefused) {
    SentRecord remembered = SentRecord.of(record);
    producer.send(
        new ProducerRecord<>(
            topics.images(),
            null,
            record.timestamp(),
            record.key(),
            record.value(),
            record.headers()),
        (metadata, exception) -> {
          if (exception != null) {
            brokerRefused.incrementAndGet();
          } else {
            sent.put(Origin.of(metadata), remembered);
          }
        });
  }

  private FuzzAudit audit(FuzzAudit audit) throws IOException {
    long lastFound = System.nanoTime();
    while (!audit.isComplete() && System.nanoTime() - lastFound < patience.toNanos()) {
      int before = audit.found();
      poll(audit);
      if (audit.found() > before) {
        lastFound = System.nanoTime();
      }
    }

    // A second dead letter may come after the first one of every record.
    Map<TopicPartition, Long> ends = consumer.endOffsets(outputs);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      poll(audit);
    }
    return audit;
  }

  private void poll(FuzzAudit audit) throws IOException {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      boolean isEmbedding = record.topic().equals(topics.embeddings());
      if (record.value() == null && isEmbedding) {
        audit.addTombstone(record.key());
      } else if (record.value() == null) {
        throw new IOException("A dead letter has no value: only the job may write to its topics");
      } else if (isEmbedding) {
        audit.add(ImageEmbedding.getDecoder().decode(record.value()));
      } else {
        audit.add(DeadLetter.getDecoder().decode(record.value()));
      }
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(Properties clients, int largestBytes) {
    int largest = Math.max(16 * MEGABYTE, largestBytes + MEGABYTE);
    Properties settings = new Properties();
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    // Brokers measure compressed batches: this is how records get larger than their topic allows.
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(largest));
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(2L * largest));
    settings.putAll(clients);
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static KafkaConsumer<byte[], byte[]> consumer(Properties clients) {
    return new KafkaConsumer<>(
        ClientSettings.committedReader(clients),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}

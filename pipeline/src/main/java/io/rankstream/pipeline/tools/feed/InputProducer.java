package io.rankstream.pipeline.tools.feed;

import io.rankstream.pipeline.kafka.Topics;
import java.io.IOException;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends records to the input topic, each to the partition that Kafka's hash of its key (murmur2)
 * gives: all records of an image are in one partition, in the order in which they were sent.
 */
final class InputProducer implements AutoCloseable {

  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  /**
   * @param clients Kafka client settings
   */
  InputProducer(Properties clients) {
    Properties settings = new Properties();
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    settings.put(ProducerConfig.LINGER_MS_CONFIG, "10");
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(Topics.MAX_RECORD_BYTES));
    settings.putAll(clients);
    producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * The largest record that a producer with these settings sends.
   *
   * @param clients Kafka client settings
   */
  static long maxRequestSize(Properties clients) {
    return Long.parseLong(
        clients
            .getProperty(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(Topics.MAX_RECORD_BYTES))
            .trim());
  }

  /**
   * Sends a record.
   *
   * @throws IOException when Kafka has refused a record
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback keeps failures
  void send(ProducerRecord<byte[], byte[]> record) throws IOException {
    producer.send(
        record,
        (metadata, exception) -> {
          if (exception != null) {
            failure.compareAndSet(null, exception);
          }
        });
    throwFailure();
  }

  /**
   * Waits until Kafka has stored all records.
   *
   * @throws IOException when Kafka has refused a record
   */
  void flush() throws IOException {
    producer.flush();
    throwFailure();
  }

  @Override
  public void close() {
    producer.close();
  }

  private void throwFailure() throws IOException {
    if (failure.get() != null) {
      throw new IOException("Kafka refused a record: " + failure.get().getMessage(), failure.get());
    }
  }
}

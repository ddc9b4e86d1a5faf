package io.rankstream.lab.local;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes records to a topic and waits until the broker has them. */
public final class RecordSender {

  private static final String LARGEST_REQUEST = Integer.toString(8 << 20);

  private RecordSender() {}

  /**
   * Sends values under the keys key-0, key-1, …
   *
   * @param clients Kafka client settings
   */
  public static void send(Properties clients, String topic, List<byte[]> values) throws Exception {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      records.add(record(topic, "key-" + i, values.get(i)));
    }
    send(clients, records);
  }

  /**
   * Sends a record without value.
   *
   * @param clients Kafka client settings
   */
  public static void sendTombstone(Properties clients, String topic, String key) throws Exception {
    send(clients, List.of(record(topic, key, null)));
  }

  /**
   * Sends records as they are.
   *
   * @param clients Kafka client settings
   */
  public static void send(Properties clients, List<ProducerRecord<byte[], byte[]>> records)
      throws Exception {
    Properties settings = new Properties();
    settings.putAll(clients);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
    List<Future<?>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (ProducerRecord<byte[], byte[]> record : records) {
        sent.add(producer.send(record));
      }
      for (Future<?> each : sent) {
        each.get();
      }
    }
  }

  private static ProducerRecord<byte[], byte[]> record(String topic, String key, byte[] value) {
    return new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value);
  }
}

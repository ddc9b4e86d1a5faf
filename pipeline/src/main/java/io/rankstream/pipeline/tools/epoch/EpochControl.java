package io.rankstream.pipeline.tools.epoch;

import io.rankstream.pipeline.kafka.Topics;
import io.rankstream.schemas.EpochAction;
import io.rankstream.schemas.EpochRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Asks a job to open an epoch, or to abort the open one. */
public final class EpochControl {

  private final Properties clients;
  private final String topic;

  /**
   * @param clients Kafka client settings
   * @param topic control topic of the job
   */
  public EpochControl(Properties clients, String topic) {
    this.clients = clients;
    this.topic = topic;
  }

  /**
   * Sends a request and waits until Kafka has stored it.
   *
   * @throws ExecutionException when there is no such topic, or Kafka refuses the request
   */
  public void send(String stream, EpochAction action)
      throws IOException, ExecutionException, InterruptedException {
    Topics.require(clients, topic); // a producer may create it
    ByteBuffer value =
        EpochRequest.newBuilder()
            .setStream(stream)
            .setAction(action)
            .setRequestedAt(Instant.now())
            .build()
            .toByteBuffer();
    byte[] bytes = new byte[value.remaining()];
    value.get(bytes);
    Properties settings = new Properties();
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    settings.putAll(clients);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(new ProducerRecord<>(topic, stream.getBytes(StandardCharsets.UTF_8), bytes))
          .get();
    }
  }
}
